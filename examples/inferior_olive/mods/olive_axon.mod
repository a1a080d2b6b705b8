TITLE Axon of an inferior olive cell: sodium, potassium, leak

COMMENT
Equations: De Gruijl et al. 2012, doi:10.1371/journal.pcbi.1002814, as in arXiv:2412.07327. Every gate starts at its
steady state. Sodium activates at once: its gate m has no time constant.
ENDCOMMENT

NEURON {
    SUFFIX olive_axon
    NONSPECIFIC_CURRENT i
    RANGE g_Na_a, g_K_a, g_la
    RANGE V_Na, V_K, V_l
    RANGE i_Na, i_K, i_l
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_Na_a = 0.02 (S/cm2)
    g_K_a = 0.02 (S/cm2)
    g_la = 1.3e-6 (S/cm2)
    V_Na = 55 (mV)
    V_K = -75 (mV)
    V_l = 10 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    i_Na (mA/cm2)
    i_K (mA/cm2)
    i_l (mA/cm2)
    h_inf
    tau_h (ms)
    x_inf
    tau_x (ms)
}

STATE { h x }

INITIAL {
    rates(v)
    h = h_inf
    x = x_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i_Na = g_Na_a*m_inf(v)^3*h*(v - V_Na)
    i_K = g_K_a*x^4*(v - V_K)
    i_l = g_la*(v - V_l)
    i = i_Na + i_K + i_l
}

DERIVATIVE states {
    rates(v)
    h' = (h_inf - h)/tau_h
    x' = (x_inf - x)/tau_x
}

UNITSOFF

FUNCTION m_inf(v (mV)) {
    m_inf = 1/(1 + exp(-(v + 30)/5.5))
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    h_inf = 1/(1 + exp((v + 60)/5.8))
    tau_h = 1.5*exp(-(v + 40)/33)
    a = 0.13*vtrap(-(v + 25), 10)
    b = 1.69*exp(-(v + 35)/80)
    x_inf = a/(a + b)
    tau_x = 1/(a + b)
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
