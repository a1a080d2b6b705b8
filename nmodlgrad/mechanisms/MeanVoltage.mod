TITLE Mean voltage, low-passed: a readout for gradients and controllers

COMMENT
    mean' = (v - mean)/tau        e' = (mean - target)^2/2
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS MeanVoltage
    RANGE tau, target, mean, e
}

UNITS {
    (mV) = (millivolt)
}

PARAMETER {
    tau = 10000 (ms)
    target = -65 (mV)
}

ASSIGNED {
    v (mV)
    dt (ms)
}

STATE {
    mean (mV)
    e (mV2-ms)
}

INITIAL {
    mean = v
    e = 0
}

BREAKPOINT {
    SOLVE follow
}

PROCEDURE follow() {
    mean = v + (mean - v)*exp(-dt/tau)
    e = e + dt*(mean - target)*(mean - target)/2
}
