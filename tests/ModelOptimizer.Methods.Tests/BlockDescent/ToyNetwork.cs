using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

/// <summary>A random network with random inputs and targets, small enough for plain loops.</summary>
internal static class ToyNetwork
{
    public static ILinearAlgebra Algebra { get; } = TestEngine.Shared.LinearAlgebra;

    public static Penalties Ordinary { get; } = new(Activation: 1.3, Linear: 0.7, Compression: 0.4, Proximal: 0.9);

    /// <summary>10 → 12 (tensor train) → 9 (pruned) → 4, no bias at the start.</summary>
    public static BcdNetwork Create(int samples = 40, int seed = 1, double scale = 0.5) => Create([10, 12, 9, 4], samples, seed, scale);

    public static BcdNetwork Create(int[] widths, int samples, int seed, double scale, bool compress = true)
    {
        var random = new Random64(seed);
        var input = random.Matrix(widths[0], samples);
        var layers = new List<BcdLayer>();
        for (var i = 1; i < widths.Length; i++)
        {
            var weight = new Matrix(widths[i], widths[i - 1], [.. random.Normals(widths[i] * widths[i - 1]).Select(value => scale * value)]);
            WeightCopy? copy = !compress || i == widths.Length - 1 ? null
                : i == 1 ? Train(weight, 2)
                : new PrunedCopy(weight, weight.Values.Length / 3);
            layers.Add(new BcdLayer { Weight = weight, Bias = new double[widths[i]], Relu = i < widths.Length - 1, Copy = copy });
        }

        return new BcdNetwork(Algebra, input, random.Matrix(widths[^1], samples), layers);
    }

    public static TensorTrainCopy Train(Matrix weight, int rank)
    {
        // Many small modes: the more bonds, the farther TT-SVD is from the projection.
        int[] modes = weight.Values.Length == 120 ? [2, 3, 2, 2, 5] : [.. ModeChoice.For(weight.Rows, weight.Columns)];
        return new TensorTrainCopy(Algebra, weight, modes, TensorTrainRanks.Limited(modes, [.. Enumerable.Repeat(rank, modes.Length - 1)]));
    }

    /// <summary>F by plain loops, from the variables alone.</summary>
    public static double Objective(BcdNetwork network, Penalties penalties)
    {
        var sum = network.Layers[^1].After.Values.Zip(network.Target.Values, (v, y) => (v - y) * (v - y) / 2).Sum();
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var layer = network.Layers[i];
            var input = network.InputOf(i);
            for (var row = 0; row < layer.Before.Rows; row++)
            {
                for (var column = 0; column < layer.Before.Columns; column++)
                {
                    var linear = layer.Bias[row];
                    for (var k = 0; k < input.Rows; k++)
                    {
                        linear += layer.Weight[row, k] * input[k, column];
                    }

                    var u = layer.Before[row, column];
                    var activated = layer.Relu ? Math.Max(u, 0) : u;
                    sum += (penalties.Linear / 2 * Math.Pow(u - linear, 2)) + (penalties.Activation / 2 * Math.Pow(layer.After[row, column] - activated, 2));
                }
            }

            if (layer.Copy is { } copy)
            {
                sum += penalties.Compression / 2 * layer.Weight.Values.Zip(copy.Value.Values, (w, c) => (w - c) * (w - c)).Sum();
            }
        }

        return sum;
    }

    /// <summary>The numbers of one block.</summary>
    public static double[] Values(BcdLayer layer, SweepBlock block) => block switch
    {
        SweepBlock.After => layer.After.Values,
        SweepBlock.Before => layer.Before.Values,
        SweepBlock.Weight => layer.Weight.Values,
        SweepBlock.Bias => layer.Bias,
        _ => layer.Copy!.Value.Values,
    };
}
