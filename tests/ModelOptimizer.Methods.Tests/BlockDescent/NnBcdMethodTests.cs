using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class NnBcdMethodTests
{
    private static readonly OnnxModel Network = new GraphBuilder().Input("x", [-1, 32])
        .Gemm("x", "fc1", 64, 32).Node("Relu", ["fc1"], ["r1"])
        .Gemm("r1", "fc2", 48, 64, transB: true).Node("Relu", ["fc2"], ["r2"])
        .Gemm("r2", "fc3", 4, 48).Node("Softmax", ["fc3"], ["y"]).Output("y").Build();

    [Fact]
    public void A_network_is_trained_with_its_large_layers_as_tensor_trains_and_the_last_one_dense()
    {
        var result = Run(Network, ("rank", MethodRun.Ranks(4)), ("sweeps", 30));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        result.Layers.Select(layer => (layer.Layer, layer.Ranks.Count, layer.SkipReason)).ShouldBe(
        [
            ("fc1", 5, null),
            ("fc2", 5, null),
            ("fc3", 0, "the last layer stays as large as it is, and is trained"),
        ]);
        result.Layers[0].ParametersAfter.ShouldBeLessThan(result.Layers[0].ParametersBefore / 4);
        result.Layers[0].MacsAfter.ShouldBe(result.Layers[0].MacsBefore);
        result.Layers[0].Note!.ShouldContain("rebuilt when the model is loaded");
        result.Model.SizeInBytes.ShouldBeLessThan(Network.SizeInBytes / 2);
        result.Model.Graph.Output[0].Name.ShouldBe("y");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_row_that_is_added_to_a_single_vector_stays_a_row(int rank)
    {
        long[] row = [.. Enumerable.Repeat(1L, rank - 1), 32];
        var model = new GraphBuilder().Input("x", [32]).MatMul("x", "m", 32, 32).Random("b", row).Node("Add", ["m", "b"], ["y"]).Output("y").Build();

        var batches = new RandomBatches(model, batches: 32, size: 1);
        var result = new NnBcdMethod().Run(MethodRun.Context(model, batches), MethodRun.Arguments(("rank", MethodRun.Ranks(4)), ("sweeps", 3)));

        result.Layers[0].SkipReason.ShouldBeNull();
        var batch = batches.Read().First();
        using var session = TestEngine.Shared.CreateSession(result.Model);
        session.Run(batch.Inputs)["y"].Shape.ShouldBe(row);
    }

    [Fact]
    public void The_objective_falls_in_every_sweep_and_the_report_can_plot_it()
    {
        var result = Run(Network, ("rank", MethodRun.Ranks(4)), ("sweeps", 40));

        var total = result.Series.Single(series => series.Name == "F").Points;
        total.Count.ShouldBe(41);
        total.Zip(total.Skip(1)).ShouldAllBe(pair => pair.Second.Y <= pair.First.Y * (1 + 1e-12));
        result.Series.Where(series => series.Plot == "objective").Skip(1).Sum(series => series.Points[^1].Y).ShouldBe(total[^1].Y, 1e-9);
        result.Series.Single(series => series.Plot == "convergence").Points.Count.ShouldBe(40);
        result.Certificates.ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    [Theory]
    [InlineData("fc2.w", double.NaN)]
    [InlineData("fc3.w", double.NegativeInfinity)]
    [InlineData("fc1.b", double.NaN)]
    public void A_tensor_that_is_not_finite_is_named(string tensor, double number)
    {
        var model = Network.Clone();
        var broken = model.Graph.Initializer.Single(initializer => initializer.Name == tensor);
        WeightValues.Write(broken, [number, .. WeightValues.ReadDoubles(broken).Skip(1)]);

        var error = Should.Throw<DiagnosticException>(() => Run(model, ("rank", MethodRun.Ranks(4)))).Diagnostic;

        (error.Code, error.Message.Contains($"'{tensor}'", StringComparison.Ordinal)).ShouldBe((MethodCodes.NotFinite, true));
    }

    [Fact]
    public void More_sweeps_bring_the_outputs_nearer_to_the_originals()
    {
        var batch = new LabelledBatches(Network, 4).Read().First();
        double Loss(int sweeps) =>
            MethodRun
                .Outputs(Run(Network, ("rank", MethodRun.Ranks(6)), ("sweeps", sweeps), ("tau", 30.0), ("alpha", 1e-3)).Model, batch)
                .Zip(MethodRun.Outputs(Network, batch), (a, b) => (a - b) * (a - b))
                .Sum();

        Loss(200).ShouldBeLessThan(0.8 * Loss(1));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_so_do_the_decisions_of_a_run()
    {
        (string, object)[] options = [("rank", MethodRun.Ranks(5)), ("start", "lecun-normal"), ("sweeps", 10)];
        var first = Run(Network, options);

        Run(Network, options).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        new NnBcdMethod()
            .Run(MethodRun.Context(Network, new LabelledBatches(Network, 4)), MethodRun.Arguments(options), first.Choices())
            .Model.ToBytes()
            .ShouldBe(first.Model.ToBytes());
        new NnBcdMethod()
            .Run(MethodRun.Context(Network, new LabelledBatches(Network, 4)) with { Seed = 2 }, MethodRun.Arguments(options))
            .Model.ToBytes()
            .ShouldNotBe(first.Model.ToBytes());
    }

    [Fact]
    public void A_decision_to_leave_a_layer_alone_is_followed()
    {
        var chosen = new Dictionary<string, Choice> { ["fc1"] = new Choice.Keep("reverted"), ["fc2"] = new Choice.Ranks([4, 4, 4, 4, 4]) };

        var result = new NnBcdMethod().Run(
            MethodRun.Context(Network, new LabelledBatches(Network, 4)),
            MethodRun.Arguments(("rank", MethodRun.Ranks(4)), ("sweeps", 3)),
            chosen
        );

        result.Layers.Select(layer => layer.SkipReason).ShouldBe(["reverted", null, "the last layer stays as large as it is, and is trained"]);
    }

    [Fact]
    public void Labels_that_are_not_the_target_change_nothing()
    {
        (string, object)[] options = [("rank", MethodRun.Ranks(4)), ("sweeps", 5)];

        var with = new NnBcdMethod().Run(MethodRun.Context(Network, new LabelledBatches(Network, 4)), MethodRun.Arguments(options));
        var without = new NnBcdMethod().Run(MethodRun.Context(Network, new RandomBatches(Network, 4, 32)), MethodRun.Arguments(options));

        with.Model.ToBytes().ShouldBe(without.Model.ToBytes());
    }

    [Fact]
    public void A_network_trained_from_scratch_learns_the_labels()
    {
        var batches = new LabelledBatches(Network, 4, 16, 64);
        var result = new NnBcdMethod().Run(MethodRun.Context(Network, batches), MethodRun.Arguments(
            ("rank", MethodRun.Ranks(16)), ("start", "normal"), ("sweeps", 120), ("gamma", 1.0), ("rho", 1.0), ("tau", 1.0), ("alpha", 0.01)));

        using var session = TestEngine.Shared.CreateSession(result.Model);
        var right = batches.Read().Sum(batch => Right(session.Run(batch.Inputs)["y"], batch.Labels!));
        // A quarter by chance.
        ((double)right / batches.Count).ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void Pruned_layers_keep_exactly_their_share_and_lose_their_dead_units()
    {
        var result = Run(Network, ("sparsity", Shares(0.95)), ("sweeps", 20), ("tau", 20.0));

        result.Layers.Select(layer => layer.Ranks.Count == 0 ? 0 : layer.Ranks[0]).ShouldBe([(int)(0.05 * 32 * 64 + 1e-9), (int)(0.05 * 64 * 48 + 1e-9), 0]);
        result.Layers[0].ParametersAfter.ShouldBeLessThanOrEqualTo(result.Layers[0].Ranks[0]);
        result.Layers[0].Note!.ShouldContain("units removed");
        result.Layers[0].MacsAfter!.Value.ShouldBeLessThan(result.Layers[0].MacsBefore!.Value);
        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        result.Model.SizeInBytes.ShouldBeLessThan(Network.SizeInBytes / 3);
        MethodRun.Outputs(result.Model, new RandomBatches(Network).Read().First()).ShouldAllBe(value => double.IsFinite(value));
    }

    [Fact]
    public void One_layer_may_be_a_train_and_another_pruned()
    {
        var result = Run(
            Network,
            ("rank", new LayerMap<RankSpec>([(new LayerRule("fc1"), new RankSpec { Ranks = [4] })])),
            ("sparsity", new LayerMap<double>([(new LayerRule("fc2"), 0.8)])),
            ("sweeps", 5)
        );

        result.Layers[0].Note!.ShouldContain("tensor train");
        result.Layers[1].Note!.ShouldContain("pruned");
    }

    [Fact]
    public void A_preference_for_speed_applies_the_two_factors_of_a_train_to_the_activations()
    {
        var result = Run(
            Network,
            ("rank", MethodRun.Ranks(4)),
            ("modes", Modes(("fc1", [8, 8, 8, 4]), ("fc2", [8, 6, 8, 8]))),
            ("prefer", "speed"),
            ("sweeps", 5)
        );

        result.Layers[0].MacsAfter!.Value.ShouldBe(4 * (64 + 32));
        result.Layers[0].Note!.ShouldContain("two factors");
        var macs = ModelStatistics.Macs(result.Model, MethodRun.Context(result.Model, null).Shapes)!.Value;
        macs.ShouldBe(result.Layers.Sum(layer => layer.MacsAfter!.Value));
    }

    [Fact]
    public void The_published_variant_keeps_biases_and_takes_the_labels()
    {
        var result = Run(Network, ("rank", MethodRun.Ranks(6)), ("variant", "published"), ("start", "normal"), ("sweeps", 5));

        foreach (var bias in result.Model.Graph.Initializer.Where(tensor => tensor.Name.EndsWith(".b", StringComparison.Ordinal)))
        {
            ModelOptimizer.Onnx.Values.WeightValues.ReadDoubles(bias).ShouldAllBe(value => value == 0);
        }
    }

    public static TheoryData<string, (string, object)[], string> Mistakes() => new()
    {
        { MethodCodes.NoGoal, [], "'rank: 40'" },
        { MethodCodes.SeveralGoals, [("rank", MethodRun.Ranks(4)), ("sparsity", Shares(0.5))], "'fc1' gets both" },
        { MethodCodes.BadModes, [("rank", MethodRun.Ranks(4)), ("modes", Modes(("fc1", [4, 4])))], "whose product is 2048 (64 outputs of 32 weights)" },
        { MethodCodes.BadRanks, [("rank", MethodRun.Ranks(4, 4)), ("modes", Modes(("*", [32, 64])))], "do not fit its 2 modes" },
        { MethodCodes.OptionWithoutUse, [("sparsity", Shares(0.5)), ("modes", Modes(("fc1", [64, 32])))], "'modes'" },
        { MethodCodes.OptionWithoutUse, [("rank", MethodRun.Ranks(4)), ("variant", "published"), ("target", "teacher")], "knows labels only" },
        { MethodCodes.RuleMatchesNothing, [("rank", MethodRun.Ranks(4)), ("layers", MethodRun.Rules("fc9"))], "'fc1'" },
        { MethodCodes.NothingToCompress, [("rank", MethodRun.Ranks(1000))], "would not be smaller" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Options_that_cannot_be_followed_are_one_clear_error(string code, (string, object)[] options, string expected)
    {
        var error = Should.Throw<DiagnosticException>(() => Run(Network, options)).Diagnostic;

        error.Code.ShouldBe(code);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void A_model_without_a_chain_is_refused_with_the_reasons()
    {
        var convolutional = new GraphBuilder().Input("x", [-1, 4, 8, 8]).Conv("x", "a", 8, 4, [3, 3]).Node("Sigmoid", ["a"], ["y"]).Output("y").Build();

        var error = Should.Throw<DiagnosticException>(() => Run(convolutional, ("rank", MethodRun.Ranks(2)))).Diagnostic;

        error.Code.ShouldBe(MethodCodes.NoChain);
        error.Message.ShouldContain("(a: behind it is a Sigmoid)");
        error.Message.ShouldContain("mode: layer");
    }

    [Fact]
    public void Labels_are_about_a_chain_at_the_end()
    {
        var error = Should.Throw<DiagnosticException>(() => Run(Interrupted(), ("rank", MethodRun.Ranks(2)), ("target", "labels"))).Diagnostic;

        error.Code.ShouldBe(MethodCodes.NoChain);
        error.Message.ShouldContain("does not end in a chain");
        error.Message.ShouldContain("trains to labels");
    }

    [Fact]
    public void A_chain_in_the_middle_is_trained_to_what_it_gives_and_the_other_layers_say_why_they_are_left_alone()
    {
        var model = Interrupted();

        var result = Run(model, ("rank", MethodRun.Ranks(6)), ("sweeps", 10));

        result.Layers.ToDictionary(layer => layer.Layer, layer => layer.SkipReason).ShouldBe(new Dictionary<string, string?>
        {
            ["a"] = "not in the chain that is trained, 'b' to 'd': behind it is a Elu",
            ["b"] = null,
            ["c"] = null,
            ["d"] = "the last layer stays as large as it is, and is trained",
            ["e"] = "not in the chain that is trained, 'b' to 'd': behind it is a Sigmoid",
            ["cell/W"] = "it takes no RNN",
            ["cell/R"] = "it takes no RNN",
        });
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes);
        string[] untouched = ["a.w", "e.w"];
        untouched.ShouldAllBe(name => Weight(result.Model, name).SequenceEqual(Weight(model, name)));
        // Plain truncation of the same two layers is the start of the sweeps.
        var truncated = Run(model, ("rank", MethodRun.Ranks(6)), ("sweeps", 1), ("tau", 1e9));
        var batches = new RandomBatches(model, seed: 900);
        MethodRun.Distance(model, result.Model, batches).ShouldBeLessThan(MethodRun.Distance(model, truncated.Model, batches));
    }

    [Fact]
    public void Selected_layers_choose_the_chain()
    {
        var model = Interrupted();

        Run(model, ("rank", MethodRun.Ranks(2)), ("layers", MethodRun.Rules("a", "b")), ("sweeps", 3)).Layers.Select(layer => layer.Layer)
            .ShouldBe(["a", "b", "c", "d"]);
        Run(model, ("rank", MethodRun.Ranks(2)), ("layers", MethodRun.Rules("a")), ("sweeps", 3)).Layers.Select(layer => layer.Layer).ShouldBe(["a"]);
    }

    private static double[] Weight(OnnxModel model, string name) =>
        ModelOptimizer.Onnx.Values.WeightValues.ReadDoubles(model.Graph.Initializer.Single(tensor => tensor.Name == name));

    // a, Elu, the chain b to d, Sigmoid, e, Sigmoid, and a cell.
    private static OnnxModel Interrupted()
    {
        var graph = new GraphBuilder(14).Input("x", [-1, 32]).Gemm("x", "a", 32, 32).Node("Elu", ["a"], ["ea"]);
        graph.Gemm("ea", "b", 40, 32).Node("Relu", ["b"], ["rb"]).Gemm("rb", "c", 36, 40).Node("Relu", ["c"], ["rc"]).Gemm("rc", "d", 24, 36);
        graph.Node("Sigmoid", ["d"], ["sd"]).Gemm("sd", "e", 16, 24).Node("Sigmoid", ["e"], ["se"]).Integers("axis", [1], 0);
        graph.Random("cell.w", [1, 4, 16]).Random("cell.r", [1, 4, 4]).Node("Unsqueeze", ["se", "axis"], ["u"]);
        graph.Node("RNN", ["u", "cell.w", "cell.r"], ["", "h"], ("hidden_size", 4)).Named("cell");
        return graph.Node("Squeeze", ["h", "axis"], ["y"]).Output("y").Build();
    }

    [Fact]
    public void A_network_that_does_not_fit_into_memory_is_refused_before_it_starts_and_the_number_of_samples_that_fits_is_named()
    {
        var context = MethodRun.Context(Network, new EndlessBatches());
        var arguments = MethodRun.Arguments(("rank", MethodRun.Ranks(4)));

        var error = Should.Throw<DiagnosticException>(() => new NnBcdMethod().Run(context, arguments)).Diagnostic;

        error.Code.ShouldBe(MethodCodes.TooMuchMemory);
        var fitting = int.Parse(System.Text.RegularExpressions.Regex.Match(error.Message, "samples: (\\d+)").Groups[1].Value, null);
        fitting.ShouldBeInRange(1000, 2_000_000_000);
    }

    [Fact]
    public void The_prediction_of_memory_grows_with_the_samples_and_is_made_without_running()
    {
        var arguments = MethodRun.Arguments(("rank", MethodRun.Ranks(4)));
        var few = new NnBcdMethod().Plan(MethodRun.Context(Network, new RandomBatches(Network, 1, 100)), arguments);
        var many = new NnBcdMethod().Plan(MethodRun.Context(Network, new RandomBatches(Network, 1, 10_000)), arguments);

        // U, V and WV of 116 units in float64, at least.
        (many.PeakBytes - few.PeakBytes).ShouldBeGreaterThan(9_900 * 8 * 3 * 116);
        many.TargetLayers.ShouldBe(["fc1", "fc2"]);
        many.Flops.ShouldBeGreaterThan(few.Flops);
    }

    private static int Right(HostTensor output, long[] labels)
    {
        var scores = output.As<float>();
        var right = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = scores.Slice(i * 4, 4).ToArray();
            right += Array.IndexOf(row, row.Max()) == labels[i] ? 1 : 0;
        }

        return right;
    }

    private static LayerMap<double> Shares(double share) => new([(new LayerRule("*"), share)]);

    private static LayerMap<IReadOnlyList<int>> Modes(params (string Rule, int[] Modes)[] entries) =>
        new([.. entries.Select(entry => (new LayerRule(entry.Rule), (IReadOnlyList<int>)entry.Modes))]);

    private static StepResult Run(OnnxModel model, params (string, object)[] options) =>
        new NnBcdMethod().Run(MethodRun.Context(model, new LabelledBatches(model, 4)), MethodRun.Arguments(options));

    private sealed class EndlessBatches : IBatchSource
    {
        public int Count => 2_000_000_000;

        public IEnumerable<Batch> Read() => throw new InvalidOperationException("nothing should be read");
    }
}
