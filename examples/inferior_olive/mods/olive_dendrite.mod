TITLE Dendrite of an inferior olive cell: high-threshold calcium, potassium that calcium opens, h, leak

COMMENT
Equations: De Gruijl et al. 2012, doi:10.1371/journal.pcbi.1002814, as in arXiv:2412.07327. Every gate starts at its
steady state, s at the one of the calcium that it starts with. Calcium is in arbitrary units and of no other use, so it
is no ion of NEURON's.

share_CaH is the share of the high-threshold calcium current that charges the membrane: 1 in the model; 0 in the code
of arXiv:2412.07327, where the current only brings in calcium.
ENDCOMMENT

NEURON {
    SUFFIX olive_dendrite
    NONSPECIFIC_CURRENT i
    RANGE g_CaH, g_K_Ca, g_h, g_ld, share_CaH
    RANGE V_Ca, V_K, V_h, V_l, influx, decay, Ca0
    RANGE i_CaH, i_K_Ca, i_h, i_l
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_CaH = 9e-3 (S/cm2)
    g_K_Ca = 0.03 (S/cm2)
    g_h = 2.5e-3 (S/cm2)
    g_ld = 1.3e-6 (S/cm2)
    share_CaH = 1
    V_Ca = 120 (mV)
    V_K = -75 (mV)
    V_h = -43 (mV)
    V_l = 10 (mV)
    influx = 30 (cm2/mA/ms)
    decay = 0.075 (/ms)
    Ca0 = 3.715
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    i_CaH (mA/cm2)
    i_K_Ca (mA/cm2)
    i_h (mA/cm2)
    i_l (mA/cm2)
    r_inf
    tau_r (ms)
    s_inf
    tau_s (ms)
    q_inf
    tau_q (ms)
}

STATE { Ca r s q }

INITIAL {
    Ca = Ca0
    rates(v)
    opening(Ca)
    r = r_inf
    s = s_inf
    q = q_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i_CaH = g_CaH*r*r*(v - V_Ca)
    i_K_Ca = g_K_Ca*s*(v - V_K)
    i_h = g_h*q*(v - V_h)
    i_l = g_ld*(v - V_l)
    i = share_CaH*i_CaH + i_K_Ca + i_h + i_l
}

DERIVATIVE states {
    rates(v)
    opening(Ca)
    Ca' = -influx*g_CaH*r*r*(v - V_Ca) - decay*Ca
    r' = (r_inf - r)/tau_r
    s' = (s_inf - s)/tau_s
    q' = (q_inf - q)/tau_q
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 1.7/(1 + exp(-(v - 5)/13.9))
    b = 0.02*vtrap(v + 8.5, 5)
    r_inf = a/(a + b)
    tau_r = 5/(a + b)
    q_inf = 1/(1 + exp((v + 80)/4))
    tau_q = 1/(exp(-0.086*v - 14.6) + exp(0.070*v - 1.87))
}

: the rates of the gate s, which opens with calcium up to a limit
PROCEDURE opening(Ca) {
    LOCAL a, b
    if (2e-5*Ca < 0.01) {
        a = 2e-5*Ca
    } else {
        a = 0.01
    }
    b = 0.015
    s_inf = a/(a + b)
    tau_s = 1/(a + b)
}

: x/(exp(x/y) - 1), with its limit where x vanishes
FUNCTION vtrap(x (mV), y (mV)) (mV) {
    if (fabs(x/y) < 1e-6) {
        vtrap = y*(1 - x/y/2)
    } else {
        vtrap = x/(exp(x/y) - 1)
    }
}

UNITSON
