using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Methods.Common;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Bench;

/// <summary>
/// The published pruning configuration, LeNet-300-100 on 40 features and 8,114 balanced samples of two classes with 90 % zeros, on data of our own: whether any
/// of all block steps raises the objective, and how fast the steps become small.
/// </summary>
internal static class DescentRun
{
    private const int Samples = 8114;
    private const int Sweeps = 1000;

    public static int Run()
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        var algebra = engine.LinearAlgebra;
        var random = new Random(1);
        var (input, target) = Data(random);
        int[] widths = [40, 300, 100, 2];
        var layers = Enumerable
            .Range(1, 3)
            .Select(i => Layer(StartingWeights.Draw(algebra, Start.Orthogonal, widths[i], widths[i - 1], random), isLast: i == 3))
            .ToList();
        var network = new BcdNetwork(algebra, input, target, layers);
        var penalties = new Penalties(Activation: 100, Linear: 1, Compression: 200, Proximal: 1);
        var sweep = new Sweep(algebra, network, penalties, new SweepOptions(Biases: false, Safeguard: true));

        var (steps, rises, last, first, seconds) = (0, 0, network.Objective(penalties).Total, network.Objective(penalties).Total, 0.0);
        var (least, minima) = (double.PositiveInfinity, new List<double>());
        for (var number = 0; number < Sweeps; number++)
        {
            var clock = Stopwatch.StartNew();
            var watching = TimeSpan.Zero;
            least = Math.Min(least, sweep.Run((layer, block, _) =>
            {
                var start = clock.Elapsed;
                // Only now are the linear parts that this step changed wrong.
                Refresh(network, layer, block);
                var now = network.Objective(penalties).Total;
                steps++;
                rises += now > last * (1 + 1e-12) ? 1 : 0;
                last = now;
                watching += clock.Elapsed - start;
            }));
            minima.Add(least);
            seconds += (clock.Elapsed - watching).TotalSeconds;
        }

        Console.WriteLine(
            "| sweeps | block steps | steps that raised F | F at the start and end | slope of log min‖ΔP‖² over log k | k·min‖ΔP‖² at 10 and 1,000 | training "
                + "accuracy of Ŵ | s a sweep |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {Sweeps} | {steps} | {rises} | {first:G6} → {last:G6} | {Slope(minima, 10):F3} | {10 * minima[9]:G4}, {Sweeps * minima[^1]:G4} | "
                    + $"{Accuracy(algebra, network):P1} | {seconds / Sweeps:F3} |"
            )
        );
        return 0;
    }

    // Two clouds of equal size that a plane cannot part: the class is the sign of a product of two directions.
    private static (Matrix Input, Matrix Target) Data(Random random)
    {
        var (input, target) = (new Matrix(40, Samples), new Matrix(2, Samples));
        for (var sample = 0; sample < Samples; sample++)
        {
            var wanted = sample % 2;
            double[] draw;
            do
            {
                draw = [.. Enumerable.Range(0, 40).Select(_ => random.NextNormal())];
            }
            while ((draw[0] * draw[1] > 0 ? 1 : 0) != wanted);
            for (var feature = 0; feature < 40; feature++)
            {
                input[feature, sample] = draw[feature];
            }

            target[wanted, sample] = 1;
        }

        return (input, target);
    }

    private static BcdLayer Layer(Matrix weight, bool isLast) => new()
    {
        Weight = weight,
        Bias = new double[weight.Rows],
        Relu = !isLast,
        Copy = isLast ? null : new PrunedCopy(weight, weight.Values.Length / 10),
    };

    private static void Refresh(BcdNetwork network, int layer, SweepBlock block)
    {
        if (block == SweepBlock.Weight)
        {
            network.Propagate(layer);
        }
        else if (block == SweepBlock.After && layer + 1 < network.Layers.Count)
        {
            network.Propagate(layer + 1);
        }
    }

    private static double Slope(List<double> minima, int from)
    {
        var points = Enumerable.Range(from, minima.Count - from + 1).Select(k => (X: Math.Log(k), Y: Math.Log(minima[k - 1]))).ToList();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }

    private static double Accuracy(ILinearAlgebra algebra, BcdNetwork network)
    {
        var values = network.Input;
        foreach (var layer in network.Layers)
        {
            values = Elements.Activation(algebra.Multiply(layer.Used, values), layer.Relu);
        }

        return Enumerable.Range(0, Samples).Average(sample => (values[1, sample] > values[0, sample]) == (sample % 2 == 1) ? 1.0 : 0.0);
    }
}
