namespace ModelOptimizer.Methods.Convex;

/// <summary>S(x) = Σ_j a_j·max(w_jᵀx, 0), with biases in w where the layer has them.</summary>
/// <param name="Hidden">The w_j, M×d.</param>
/// <param name="Output">The a_j as columns, c×M.</param>
internal sealed record ReluNetwork(AffineLayer Hidden, Matrix Output) : ITwoLayerNetwork
{
    /// <inheritdoc/>
    public int GateCount => 0;

    /// <summary>
    /// The network of a decomposition of U, which had <paramref name="gates"/> rows for each of <paramref name="outputs"/> outputs: v as + and w as −.
    /// </summary>
    public static ReluNetwork Of(ConeDecomposition parts, int gates, int outputs)
    {
        var count = parts.Groups.Count;
        var rows = new Matrix(2 * count, parts.Positive.Columns, [.. parts.Positive.Values, .. parts.Negative.Values]);
        var neurons = Neurons.Of(rows, outputs, row => parts.Groups[row % count] / gates, row => row < count ? 1 : -1);
        return new ReluNetwork(new AffineLayer(neurons.Weights), neurons.Output);
    }

    /// <inheritdoc/>
    public Matrix HiddenValues(ILinearAlgebra algebra, Matrix inputs)
    {
        var values = Hidden.Apply(algebra, inputs);
        Elements.Activate(values, relu: true, values);
        return values;
    }

    /// <inheritdoc/>
    public Matrix Predict(ILinearAlgebra algebra, Matrix inputs) => algebra.Multiply(HiddenValues(algebra, inputs), Output, transposeA: true, transposeB: true);

    /// <summary>The same for raw inputs, from a network for scaled ones.</summary>
    public ReluNetwork InInputUnits(InputScaling scaling) => this with { Hidden = scaling.InInputUnits(Hidden.Weights) };

    /// <summary>The same hidden neurons under another output layer, M×c; those with a row of zeros go.</summary>
    public ReluNetwork WithOutput(Matrix rows)
    {
        var kept = rows.NonZeroRows();
        return new ReluNetwork(Hidden.Only(kept), rows.RowsAt(kept).Transpose());
    }

    ITwoLayerNetwork ITwoLayerNetwork.WithOutput(Matrix rows) => WithOutput(rows);

    /// <inheritdoc/>
    public void Write(string inputs, GraphWriter write) => NetworkNodes.Write(this, inputs, write);
}

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
