TITLE Mean calcium inside, low-passed: a readout for gradients and controllers

COMMENT
    mean' = (cai - mean)/tau        e' = (mean - target)^2/2
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS MeanCalcium
    USEION ca READ cai
    RANGE tau, target, mean, e
}

UNITS {
    (mM) = (milli/liter)
}

PARAMETER {
    tau = 10000 (ms)
    target = 1e-4 (mM)
}

ASSIGNED {
    cai (mM)
    dt (ms)
    begun
}

STATE {
    mean (mM)
    e (mM2-ms)
}

INITIAL {
    begun = 0
    mean = 0
    e = 0
}

BREAKPOINT {
    SOLVE follow
}

PROCEDURE follow() {
    if (begun == 0) {  : whichever mechanism is initialised first, cai has its initial value by now
        begun = 1
        mean = cai
    }
    mean = cai + (mean - cai)*exp(-dt/tau)
    e = e + dt*(mean - target)*(mean - target)/2
}
