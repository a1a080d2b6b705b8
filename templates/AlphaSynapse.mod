TITLE What NEURON's AlphaSynapse computes, whose source its package leaves out

COMMENT
Only derivatives are taken from this text: the current is injected by NEURON's own AlphaSynapse.
ENDCOMMENT

NEURON {
    POINT_PROCESS AlphaSynapse
    NONSPECIFIC_CURRENT i
    RANGE onset, tau, gmax, e, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    onset = 0 (ms)
    tau = 0.1 (ms)
    gmax = 0 (uS)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
}

BREAKPOINT {
    i = gmax*course((t - onset)/tau)*(v - e)
}

FUNCTION course(x) {
    if (x >= 0 && x <= 10) {
        course = x*exp(1 - x)
    } else {
        course = 0
    }
}
