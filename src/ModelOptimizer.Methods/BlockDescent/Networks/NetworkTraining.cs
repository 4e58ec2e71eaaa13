using System.Globalization;
using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The published method: trains a chain by sweeps of closed-form block updates, its compressed layers within their sets.</summary>
internal static class NetworkTraining
{
    /// <summary>Trains <paramref name="chain"/>.</summary>
    /// <param name="context">Data, engine, seed.</param>
    /// <param name="options">The step's options.</param>
    /// <param name="chain">The layers.</param>
    /// <param name="layers">What shall become of them, in the chain's order.</param>
    public static Training Run(StepContext context, NnBcdOptions options, LayerChain chain, IReadOnlyList<SelectedLayer> layers)
    {
        context.Progress.Report(new MethodProgress("samples", 0, options.Sweeps));
        var algebra = context.Engine.LinearAlgebra;
        var data = ChainData.Read(context, chain, options);
        var network = new BcdNetwork(algebra, data.Input, data.Target, Layers(algebra, context.Seed, options, chain, layers));
        var record = Sweep(context, options, network);
        var trained = chain.Layers.Zip(network.Layers, (layer, variables) =>
            new TrainedLayer(
                layer.Layer,
                Scaled(variables.Used, 1 / layer.Layer.Alpha),
                variables.Copy,
                options.Published && layer.Bias is null ? null : variables.Bias
            )
            {
                Gap = variables.Copy is { } copy
                    ? Math.Sqrt(
                        Elements.SquaredDistance(variables.Weight, copy.Value)
                            / Math.Max(double.Epsilon, TensorPrimitives.SumOfSquares<double>(variables.Weight.Values))
                    )
                    : null,
            }
        );
        return new Training([.. trained], record.Series(), [Certificate(record)]);
    }

    private static SweepRecord Sweep(StepContext context, NnBcdOptions options, BcdNetwork network)
    {
        var record = new SweepRecord();
        var penalties = options.PenaltiesFor(network.Target.Columns);
        var sweep = new Sweep(context.Engine.LinearAlgebra, network, penalties, new SweepOptions(!options.Published, options.Safeguard, context.Cancellation));
        record.Start(network.Objective(penalties));
        for (var number = 0; number < options.Sweeps; number++)
        {
            context.Progress.Report(new MethodProgress("sweeps", number, options.Sweeps));
            var change = sweep.Run();
            record.Add(network.Objective(penalties), change);
            if (change <= options.Tolerance * Math.Max(1, network.SquaredNorm()))
            {
                break;
            }
        }

        return record;
    }

    private static List<BcdLayer> Layers(ILinearAlgebra algebra, int seed, NnBcdOptions options, LayerChain chain, IReadOnlyList<SelectedLayer> selection)
    {
        var random = new Random(seed);
        var layers = new List<BcdLayer>();
        foreach (var (layer, selected) in chain.Layers.Zip(selection))
        {
            var trained = options.Start == Start.Trained;
            var weight = trained ? layer.Weight : StartingWeights.Draw(algebra, options.Start, layer.Weight.Rows, layer.Weight.Columns, random);
            layers.Add(new BcdLayer
            {
                Weight = weight,
                Bias = trained && layer.Bias is not null ? layer.Bias : new double[weight.Rows],
                Relu = layer.Relu,
                Copy = selected.Set?.Copy(algebra, weight, options.Published),
            });
        }

        return layers;
    }

    private static Matrix Scaled(Matrix matrix, double factor)
    {
        var result = matrix.Clone();
        TensorPrimitives.Multiply(result.Values, factor, result.Values);
        return result;
    }

    private static Certificate Certificate(SweepRecord record) =>
        new(
            "network",
            "sweeps in which the objective rose",
            record.Rises,
            record.Rises == 0
                ? string.Create(CultureInfo.InvariantCulture, $"F fell in each of {record.LeastChange.Count} sweeps, as the convergence proof asks.")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"F rose in some of {record.LeastChange.Count} sweeps: the convergence proof does not cover this run."
                )
        );
}
