TITLE Firing rate, low-passed: a readout for gradients and controllers

COMMENT
In a spike two gates go once around a point. The angle by which they have turned in each step, in units of whole turns, is
a smooth count of spikes: its low-pass is the firing rate, and unlike a count of threshold crossings it has a derivative.

    f' = (turns per second - f)/tau        e' = (f - target)^2/2

x and y point at the gates, such that they turn counterclockwise: m and n of hh around (0.5, 0.5), which is the default;
h and m, of a cell without n say, around (0.3, 0.5).
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS FiringRate
    POINTER x, y
    RANGE tau, target, xcentre, ycentre, f, e
}

PARAMETER {
    tau = 10000 (ms)
    target = 1 (/s)
    xcentre = 0.5
    ycentre = 0.5
}

ASSIGNED {
    dt (ms)
    x
    y
    begun
}

STATE {
    f (/s)
    e (ms/s2)
    across
    up
}

INITIAL {
    begun = 0
    f = 0
    e = 0
    across = 0
    up = 0
}

BREAKPOINT {
    SOLVE follow
}

UNITSOFF

PROCEDURE follow() {
    LOCAL before, above, turns
    if (begun == 0) {  : whichever mechanism is initialised first, the gates have their initial values by now
        begun = 1
        across = x - xcentre
        up = y - ycentre
    }
    before = across
    above = up
    across = x - xcentre
    up = y - ycentre
    turns = atan2(before*up - above*across, before*across + above*up)/6.283185307179586
    f = f + (1000*turns - dt*f)/tau
    e = e + dt*(f - target)*(f - target)/2
}

UNITSON
