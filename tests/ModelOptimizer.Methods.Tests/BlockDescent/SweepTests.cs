using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Tensors.LinearAlgebra;
using static ModelOptimizer.Methods.Tests.BlockDescent.ToyNetwork;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class SweepTests
{
    private static readonly SweepOptions Default = new(Biases: true, Safeguard: true);

    [Fact]
    public void The_objective_and_its_parts_are_those_of_plain_loops()
    {
        var network = Create();
        new Sweep(Algebra, network, Ordinary, Default).Run();

        var objective = network.Objective(Ordinary);

        objective.Total.ShouldBe(Objective(network, Ordinary), 1e-10);
        objective.Loss.ShouldBe(network.Layers[^1].After.Values.Zip(network.Target.Values, (v, y) => (v - y) * (v - y) / 2).Sum(), 1e-12);
        objective.Compression.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(6)]
    public void No_block_step_ever_raises_the_objective(int samples)
    {
        // Six samples are fewer than any layer has inputs: then the smaller systems are solved.
        var network = Create(samples);
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        var last = Objective(network, Ordinary);
        for (var number = 0; number < 30; number++)
        {
            sweep.Run((layer, block, _) =>
            {
                var now = Objective(network, Ordinary);
                now.ShouldBeLessThanOrEqualTo(last + (1e-12 * last), $"{block} of layer {layer} in sweep {number}");
                last = now;
            });
        }
    }

    [Fact]
    public void Without_the_safeguard_only_the_compressed_copies_of_trains_may_raise_it()
    {
        var rises = 0;
        for (var seed = 1; seed <= 6; seed++)
        {
            var network = Create(seed: seed);
            var sweep = new Sweep(Algebra, network, Ordinary with { Compression = 3 }, Default with { Safeguard = false });
            var last = Objective(network, Ordinary with { Compression = 3 });
            for (var number = 0; number < 20; number++)
            {
                sweep.Run((layer, block, _) =>
                {
                    var now = Objective(network, Ordinary with { Compression = 3 });
                    if (now > last + (1e-12 * last))
                    {
                        (block, layer).ShouldBe((SweepBlock.Copy, 0));
                        rises++;
                    }

                    last = now;
                });
            }
        }

        // TT-SVD is not the projection: it does happen, or the safeguard would have nothing to do.
        rises.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(6, 2)]
    public void Every_smooth_block_ends_at_the_minimum_of_the_objective_and_its_proximal_term(int samples, int seed)
    {
        var network = Create(samples, seed);
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        sweep.Run();
        var before = Snapshot(network);
        sweep.Run((layer, block, _) =>
        {
            var values = Values(network.Layers[layer], block);
            var old = before[(layer, block)];
            var last = layer == network.Layers.Count - 1;
            var proximal = block is SweepBlock.Weight or SweepBlock.Bias || (block == SweepBlock.After) == last ? Ordinary.Proximal : 0;
            if (block != SweepBlock.Copy && (block != SweepBlock.Before || last))
            {
                Gradient(network, values, old, proximal).ShouldBeLessThan(1e-9, $"{block} of layer {layer}");
            }

            ShouldNotBeLowered(network, values, old, proximal, block == SweepBlock.Copy);
            before[(layer, block)] = (double[])Values(network.Layers[layer], block).Clone();
        });
    }

    [Fact]
    public void Blocks_with_a_proximal_term_lower_the_objective_by_at_least_half_of_it()
    {
        var network = Create();
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        var last = Objective(network, Ordinary);
        for (var number = 0; number < 10; number++)
        {
            sweep.Run((layer, block, change) =>
            {
                var now = Objective(network, Ordinary);
                var end = layer == network.Layers.Count - 1;
                if (block is SweepBlock.Weight or SweepBlock.Bias || (block == SweepBlock.After && end) || (block == SweepBlock.Before && !end))
                {
                    (last - now).ShouldBeGreaterThanOrEqualTo((Ordinary.Proximal / 2 * change) - (1e-12 * last), $"{block} of layer {layer}");
                }

                last = now;
            });
        }
    }

    [Fact]
    public void The_change_of_a_sweep_is_that_of_all_variables()
    {
        var network = Create();
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        var before = Snapshot(network);

        var change = sweep.Run();

        change.ShouldBe(Snapshot(network).Sum(pair => pair.Value.Zip(before[pair.Key], (a, b) => (a - b) * (a - b)).Sum()), 1e-9);
    }

    [Fact]
    public void The_least_change_so_far_falls_as_one_over_k()
    {
        var network = Create([8, 14, 10, 2], 60, 3, 0.4);
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        var start = network.Objective(Ordinary).Total;
        var (least, product) = (double.PositiveInfinity, new List<double>());
        for (var k = 1; k <= 300; k++)
        {
            least = Math.Min(least, sweep.Run());
            product.Add(k * least);
        }

        // Σ‖ΔP‖² ≤ (F⁰ − F*)/c, c half the smallest of the proximal weight and of γ, the strong convexity of V.
        product.Max().ShouldBeLessThan(start / (Math.Min(Ordinary.Proximal, Ordinary.Linear) / 2));
        product[^1].ShouldBeLessThan(0.2 * product.Max());
    }

    [Fact]
    public void One_layer_without_compression_converges_to_least_squares()
    {
        var random = new Random64(4);
        var (input, target) = (random.Matrix(5, 60), random.Matrix(3, 60));
        var layer = new BcdLayer { Weight = new Matrix(3, 5), Bias = new double[3], Relu = false };
        var network = new BcdNetwork(Algebra, input, target, [layer]);
        var sweep = new Sweep(Algebra, network, new Penalties(50, 50, 1, 1e-3), new SweepOptions(Biases: false, Safeguard: true));
        for (var number = 0; number < 4000; number++)
        {
            sweep.Run();
        }

        var x = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(5, 60, input.Values);
        var y = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(3, 60, target.Values);
        var expected = (y * x.Transpose()) * (x * x.Transpose()).Inverse();
        layer.Weight.Values.Zip(expected.ToRowMajorArray(), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Growing_penalties_close_the_gaps_so_that_the_copies_give_each_layers_output()
    {
        // The gaps of a minimum shrink with one over the penalty; the steps come near it ever more slowly, hence the small network and the many sweeps.
        var network = Create([4, 6, 3], 10, 5, 0.5);
        var (first, last) = (0.0, double.PositiveInfinity);
        for (var growth = 1.0; growth < 1e5; growth *= 2)
        {
            var sweep = new Sweep(Algebra, network, new Penalties(growth, growth, growth, 1e-3), Default);
            for (var number = 0; number < 400; number++)
            {
                sweep.Run();
            }

            var gaps = network.Objective(new Penalties(2, 2, 2, 0)) is var parts ? parts.Activation + parts.Linear + parts.Compression : 0;
            gaps.ShouldBeLessThan(last);
            (first, last) = (Math.Max(first, gaps), gaps);
        }

        last.ShouldBeLessThan(0.03 * first);
        // A forward pass through Ŵ, gap by gap the same as the variables.
        var input = network.Input;
        foreach (var layer in network.Layers)
        {
            var linear = Algebra.Multiply(layer.Used, input);
            Elements.AddToRows(linear, layer.Bias);
            Largest(linear, layer.Before).ShouldBeLessThan(0.05 * layer.Before.Values.Max(Math.Abs));
            input = layer.After;
        }
    }

    [Fact]
    public void A_first_convolution_is_trained_through_its_patches()
    {
        // Three filters over windows of four numbers at five places; the next layer takes all fifteen.
        var random = new Random64(6);
        const int Samples = 20;
        var patches = random.Matrix(4, 5 * Samples);
        List<BcdLayer> layers =
        [
            new() { Weight = random.Matrix(3, 4), Bias = new double[3], Relu = true },
            new() { Weight = random.Matrix(6, 15), Bias = new double[6], Relu = true, Copy = new PrunedCopy(random.Matrix(6, 15), 30) },
            new() { Weight = random.Matrix(2, 6), Bias = new double[2], Relu = false },
        ];
        var network = new BcdNetwork(Algebra, patches, random.Matrix(2, Samples), layers);
        network.InputOf(1).Columns.ShouldBe(Samples);
        network.InputOf(1)[7, 3].ShouldBe(layers[0].After[1, (2 * Samples) + 3]);
        var sweep = new Sweep(Algebra, network, Ordinary, Default);
        var first = Objective(network, Ordinary);
        var last = first;
        for (var number = 0; number < 20; number++)
        {
            sweep.Run((layer, block, _) =>
            {
                var now = Objective(network, Ordinary);
                now.ShouldBeLessThanOrEqualTo(last + (1e-12 * last), $"{block} of layer {layer}");
                last = now;
            });
        }

        last.ShouldBeLessThan(0.5 * first);
    }

    [Fact]
    public void The_published_alias_of_pruning_is_not_monotone_and_separate_copies_are()
    {
        var rises = 0;
        var random = new Random64(7);
        var (input, target) = (random.Matrix(8, 50), random.Matrix(2, 50));
        var (first, second) = (random.Matrix(12, 8), random.Matrix(2, 12));
        List<BcdLayer> layers =
        [
            new() { Weight = first, Bias = new double[12], Relu = true, Copy = new AliasedCopy(first, 0.7) },
            new() { Weight = second, Bias = new double[2], Relu = false },
        ];
        var network = new BcdNetwork(Algebra, input, target, layers);
        var sweep = new Sweep(Algebra, network, Ordinary, new SweepOptions(Biases: false, Safeguard: false));
        var last = Objective(network, Ordinary);
        for (var number = 0; number < 30; number++)
        {
            sweep.Run((layer, block, _) =>
            {
                var now = Objective(network, Ordinary);
                if (now > last)
                {
                    block.ShouldBe(SweepBlock.Copy);
                    rises++;
                }

                last = now;
            });
        }

        rises.ShouldBeGreaterThan(20);
    }

    private static Dictionary<(int, SweepBlock), double[]> Snapshot(BcdNetwork network)
    {
        var values = new Dictionary<(int, SweepBlock), double[]>();
        for (var i = 0; i < network.Layers.Count; i++)
        {
            foreach (var block in Enum.GetValues<SweepBlock>().Where(block => block != SweepBlock.Copy || network.Layers[i].Copy is not null))
            {
                values[(i, block)] = (double[])Values(network.Layers[i], block).Clone();
            }
        }

        return values;
    }

    // Central differences are exact for a quadratic but for rounding; relative to the objective's own scale.
    private static double Gradient(BcdNetwork network, double[] values, double[] old, double proximal)
    {
        var worst = 0.0;
        for (var i = 0; i < values.Length; i += Math.Max(1, values.Length / 40))
        {
            var (kept, step) = (values[i], 0.5);
            values[i] = kept + step;
            var above = Objective(network, Ordinary) + Proximal(values, old, proximal);
            values[i] = kept - step;
            var below = Objective(network, Ordinary) + Proximal(values, old, proximal);
            values[i] = kept;
            worst = Math.Max(worst, Math.Abs(above - below) / (2 * step) / Objective(network, Ordinary));
        }

        return worst;
    }

    private static void ShouldNotBeLowered(BcdNetwork network, double[] values, double[] old, double proximal, bool isCopy)
    {
        // A copy may not leave its set: what lies in the set is another test's subject.
        if (isCopy)
        {
            return;
        }

        var random = new Random64(9);
        var kept = (double[])values.Clone();
        var least = Objective(network, Ordinary) + Proximal(values, old, proximal);
        for (var trial = 0; trial < 5; trial++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = kept[i] + (0.1 * random.Normal());
            }

            (Objective(network, Ordinary) + Proximal(values, old, proximal)).ShouldBeGreaterThan(least);
            kept.CopyTo(values, 0);
        }
    }

    private static double Proximal(double[] values, double[] old, double weight) => weight / 2 * values.Zip(old, (a, b) => (a - b) * (a - b)).Sum();

    private static double Largest(Matrix a, Matrix b) => a.Values.Zip(b.Values, (x, y) => Math.Abs(x - y)).Max();
}
