"""What runs inside NEURON: loading, attaching to cells, reading sensitivities. Nothing here reads NMODL."""
