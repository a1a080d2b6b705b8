TITLE A noisy drive: the fourth power of an Ornstein-Uhlenbeck process, times a gain

COMMENT
x' = theta (mu - x) + sigma times white noise, and a current gain*x^4 in uA/cm2, into the cell. Each instance draws from a
stream of its own, which every finitialize starts anew: source.set_ids(seed, cell, 0).
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX drive
    NONSPECIFIC_CURRENT i
    RANGE gain, x
    GLOBAL mu, theta, sigma
    RANDOM source
}

UNITS {
    (mA) = (milliamp)
    (uA) = (microamp)
}

PARAMETER {
    gain = 1 (uA/cm2)
    mu = 0
    theta = 0.1 (/ms)
    sigma = 0.7 (/ms)
}

ASSIGNED {
    dt (ms)
    i (mA/cm2)
    decay
    width
}

STATE { x }

INITIAL {
    random_setseq(source, 0)
    decay = exp(-theta*dt)
    width = sigma*sqrt((1 - decay*decay)/(2*theta))
    x = mu + sigma/sqrt(2*theta)*random_normal(source)
}

BREAKPOINT {
    SOLVE wander
    i = -(0.001)*gain*x*x*x*x
}

PROCEDURE wander() {
    x = mu + (x - mu)*decay + width*random_normal(source)
}
