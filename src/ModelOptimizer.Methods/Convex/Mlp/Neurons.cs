using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// Groups as neurons: w = u/√‖u‖ and a = ±√‖u‖, of all splits of u = w·|a| the one with the least (‖w‖² + a²)/2, which is ‖u‖. Groups of zero are no neurons.
/// </summary>
/// <param name="Groups">The row of the groups that each neuron is from, rising.</param>
/// <param name="Weights">The w as rows, M×d.</param>
/// <param name="Output">The a in the neurons' columns, c×M.</param>
internal sealed record Neurons(IReadOnlyList<int> Groups, Matrix Weights, Matrix Output)
{
    /// <summary>The neurons of <paramref name="groups"/>, the rows u.</summary>
    /// <param name="groups">One group a row.</param>
    /// <param name="outputs">c.</param>
    /// <param name="outputOf">The output that a group adds to.</param>
    /// <param name="signOf">The sign of a group's a.</param>
    public static Neurons Of(Matrix groups, int outputs, Func<int, int> outputOf, Func<int, int> signOf)
    {
        var kept = groups.NonZeroRows();
        var weights = groups.RowsAt(kept);
        var output = new Matrix(outputs, kept.Count);
        for (var j = 0; j < kept.Count; j++)
        {
            var row = weights.Row(j);
            var root = Math.Sqrt(TensorPrimitives.Norm<double>(row));
            TensorPrimitives.Divide(row, root, row);
            output[outputOf(kept[j]), j] = signOf(kept[j]) * root;
        }

        return new Neurons(kept, weights, output);
    }
}
