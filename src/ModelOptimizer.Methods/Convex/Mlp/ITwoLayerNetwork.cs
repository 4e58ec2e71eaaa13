namespace ModelOptimizer.Methods.Convex;

/// <summary>Hidden neurons and an output layer over them.</summary>
internal interface ITwoLayerNetwork
{
    /// <summary>The output layer, c×M: one column a neuron.</summary>
    Matrix Output { get; }

    /// <summary>Gates that the neurons share; 0 where there are none.</summary>
    int GateCount { get; }

    /// <summary>Hᵀ: the neurons' values on <paramref name="inputs"/>, n×d; M×n.</summary>
    Matrix HiddenValues(ILinearAlgebra algebra, Matrix inputs);

    /// <summary>The outputs on <paramref name="inputs"/>, n×d; n×c.</summary>
    Matrix Predict(ILinearAlgebra algebra, Matrix inputs);

    /// <summary>The same hidden neurons under another output layer, M×c; those with a row of zeros go, and gates that then have no neuron.</summary>
    ITwoLayerNetwork WithOutput(Matrix rows);

    /// <summary>The nodes that compute it from the matrix <paramref name="inputs"/>.</summary>
    void Write(string inputs, GraphWriter write);
}
