using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>S(x) = Σ_j a_j·1[g_jᵀx > 0]·(w_jᵀx), with biases in g and w where the layers have them. A gate of exactly zero is closed.</summary>
/// <param name="Gates">The gates in use, each once, q×d.</param>
/// <param name="GateOf">The gate of each neuron, M numbers; <see cref="None"/> for one that is always open.</param>
/// <param name="Hidden">The w_j, M×d.</param>
/// <param name="Output">The a_j as columns, c×M.</param>
internal sealed record GatedNetwork(AffineLayer Gates, IReadOnlyList<int> GateOf, AffineLayer Hidden, Matrix Output) : ITwoLayerNetwork
{
    /// <summary>The gate of a neuron that has none.</summary>
    public const int None = -1;

    /// <inheritdoc/>
    public int GateCount => Gates.Weights.Rows;

    /// <summary>The network of the convex problem's U: row k·p + i is u_{i,k}.</summary>
    public static GatedNetwork Of(Matrix gates, Matrix weights)
    {
        var neurons = Neurons.Of(weights, weights.Rows / gates.Rows, group => group / gates.Rows, _ => 1);
        return new GatedNetwork(
            new AffineLayer(gates),
            [.. neurons.Groups.Select(group => group % gates.Rows)],
            new AffineLayer(neurons.Weights),
            neurons.Output
        ).WithGatesInUse();
    }

    /// <inheritdoc/>
    public Matrix HiddenValues(ILinearAlgebra algebra, Matrix inputs)
    {
        var open = Convex.Gates.Open(Gates.Apply(algebra, inputs));
        var values = Hidden.Apply(algebra, inputs);
        Parallel.For(0, values.Rows, j =>
        {
            if (GateOf[j] != None)
            {
                TensorPrimitives.Multiply(values.Row(j), open.Row(GateOf[j]), values.Row(j));
            }
        });
        return values;
    }

    /// <inheritdoc/>
    public Matrix Predict(ILinearAlgebra algebra, Matrix inputs) => algebra.Multiply(HiddenValues(algebra, inputs), Output, transposeA: true, transposeB: true);

    /// <summary>The same for raw inputs, from a network for scaled ones. A gate that is always open goes.</summary>
    public GatedNetwork InInputUnits(InputScaling scaling) =>
        (this with { Gates = scaling.InInputUnits(Gates.Weights), Hidden = scaling.InInputUnits(Hidden.Weights) }).WithGatesInUse();

    /// <summary>The neurons with such a gate, and the gates they use.</summary>
    public GatedNetwork Only(Func<int, bool> gate)
    {
        List<int> kept = [.. Enumerable.Range(0, GateOf.Count).Where(j => gate(GateOf[j]))];
        return Only(kept, Output.Transpose().RowsAt(kept));
    }

    /// <summary>The same hidden neurons under another output layer, M×c; those with a row of zeros go, and gates that then have no neuron.</summary>
    public GatedNetwork WithOutput(Matrix rows)
    {
        var kept = rows.NonZeroRows();
        return Only(kept, rows.RowsAt(kept));
    }

    ITwoLayerNetwork ITwoLayerNetwork.WithOutput(Matrix rows) => WithOutput(rows);

    /// <inheritdoc/>
    public void Write(string inputs, GraphWriter write) => NetworkNodes.Write(this, inputs, write);

    private GatedNetwork Only(IReadOnlyList<int> neurons, Matrix output) =>
        new GatedNetwork(Gates, [.. neurons.Select(j => GateOf[j])], Hidden.Only(neurons), output.Transpose()).WithGatesInUse();

    // A gate that is not among those in use has the index of None.
    private GatedNetwork WithGatesInUse()
    {
        List<int> used = [.. GateOf.Where(gate => gate != None && !Gates.IsAlwaysPositive(gate)).Distinct().Order()];
        return this with { Gates = Gates.Only(used), GateOf = [.. GateOf.Select(gate => used.IndexOf(gate))] };
    }
}
