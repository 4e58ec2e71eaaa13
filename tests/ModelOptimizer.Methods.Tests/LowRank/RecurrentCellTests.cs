using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class RecurrentCellTests
{
    private const int Steps = 6;
    private const int Samples = 3;
    private const int Inputs = 14;
    private const int Hidden = 10;

    private static readonly string[] Outputs = ["y", "h"];

    public static TheoryData<string, string> Cells() => new()
    {
        { "LSTM", "forward" },
        { "LSTM", "reverse" },
        { "LSTM", "bidirectional" },
        { "GRU", "forward" },
        { "GRU", "bidirectional" },
        { "RNN", "forward" },
        { "RNN", "bidirectional" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_cell_with_factors_of_full_rank_gives_what_it_gave(string cell, string direction)
    {
        var model = Model(cell, direction);
        foreach (var storage in new[] { FactorStorage.Chain, FactorStorage.Stored })
        {
            var work = MethodRun.Measured(model, storage);
            var isStored = storage == FactorStorage.Stored;
            var full = work.Candidates.Select(layer => work.SolverOf(layer).Reconstructed(layer.Form.Share(1)) with { IsStored = isStored });

            var factored = GraphRewriter.Apply(model, full);

            OnnxValidator.Check(factored).ShouldBeEmpty();
            factored.Graph.Node.Count(node => node.OpType == "MatMul").ShouldBe(2);
            LoadedGraph.StillComputed(factored, LoadedGraph.LoadTimeTensors(factored)).ShouldBeEmpty();
            foreach (var batch in new RandomBatches(model, batches: 2).Read())
            {
                MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(factored, batch)).ShouldBeLessThan(2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_error_falls_with_the_rank_and_is_nothing_at_the_full_one(string cell, string direction)
    {
        var work = MethodRun.Measured(Model(cell, direction), FactorStorage.Chain);
        work.Candidates.Select(layer => layer.Name).ShouldBe(["cell/W", "cell/R"]);
        foreach (var layer in work.Candidates)
        {
            var form = (MatrixForm)layer.Form;
            var errors = Enumerable.Range(1, form.Full).Select(rank => work.SolverOf(layer).Solve(form.At(rank)).RelativeError).ToList();

            errors.Zip(errors.Skip(1)).ShouldAllBe(pair => pair.First >= pair.Second);
            errors[0].ShouldBeGreaterThan(0.1);
            errors[^1].ShouldBeLessThan(1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_error_that_is_forecast_is_that_of_the_products_on_the_calibration_data(string cell, string direction)
    {
        var model = Model(cell, direction);
        foreach (var storage in new[] { "chain", "stored" })
        {
            // For each layer alone: what is measured is the original's vectors.
            var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)), ("storage", storage), ("fit", "independent"), ("shrink", "0"));

            result.Layers.Select(layer => layer.Layer).ShouldBe(["cell/W", "cell/R"]);
            result.Layers.ShouldAllBe(layer => layer.SkipReason == null);
            result.Layers.Select(layer => layer.IsStored).ShouldBe([storage == "stored", true]);
            var directions = direction == "bidirectional" ? 2 : 1;
            Measured(model, result.Model, "cell.w", directions, hidden: false).ShouldBe(result.Layers[0].RelativeError!.Value, 1e-5);
            Measured(model, result.Model, "cell.r", directions, hidden: true).ShouldBe(result.Layers[1].RelativeError!.Value, 1e-5);
        }
    }

    [Fact]
    public void The_data_decides_what_is_dropped()
    {
        var model = Model("LSTM", "bidirectional");

        var covariance = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)), ("fit", "independent"), ("shrink", "0"));
        var frobenius = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)), ("norm", "frobenius"));

        foreach (var (weight, hidden) in new[] { ("cell.w", false), ("cell.r", true) })
        {
            Measured(model, covariance.Model, weight, 2, hidden).ShouldBeLessThan(0.98 * Measured(model, frobenius.Model, weight, 2, hidden));
        }
    }

    [Fact]
    public void Hidden_states_that_are_no_output_are_not_measured_and_the_report_says_so()
    {
        var model = Model("GRU", "forward", outputs: ["", "h"]);

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)));

        result.Layers[0].Note!.ShouldNotContain("frobenius");
        result.Layers[1].Note!.ShouldContain("norm: frobenius, since its hidden states are no output");
        MethodRun.Outputs(result.Model, new RandomBatches(model).Read().First()).ShouldAllBe(value => double.IsFinite(value));
    }

    [Fact]
    public void A_centred_moment_leaves_cells_alone_and_the_report_says_what_takes_them()
    {
        var model = new GraphBuilder().Input("x", [Steps, 2, Inputs]).Random("w", [1, 4 * Hidden, Inputs], 0.3).Random("r", [1, 4 * Hidden, Hidden], 0.3)
            .Node("LSTM", ["x", "w", "r"], ["h"], ("hidden_size", (long)Hidden)).MatMul("h", "y", 40, Hidden).Output("y").Build();

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)), ("moment", "centred"));

        result.Layers.Where(layer => layer.SkipReason is not null).Select(layer => layer.SkipReason).ShouldBe(
            Enumerable.Repeat("a centred moment moves a bias, which a recurrent cell adds inside: 'moment: uncentred' takes it", 2));
    }

    [Fact]
    public void Products_in_cells_are_counted_and_a_narrower_input_saves_some()
    {
        var model = Model("LSTM", "bidirectional");
        const long each = Steps * Samples * 2 * 4 * Hidden;

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4)));

        MethodRun.Macs(model).ShouldBe(each * (Inputs + Hidden));
        // One product in front for both directions; R is multiplied out again.
        MethodRun.Macs(result.Model).ShouldBe((Steps * Samples * 4 * Inputs) + (each * (4 + Hidden)));
        result.Layers.Sum(layer => layer.MacsBefore).ShouldBe(MethodRun.Macs(model));
        result.Layers.Sum(layer => layer.MacsAfter).ShouldBe(MethodRun.Macs(result.Model));
        result.Layers.Sum(layer => layer.ParametersAfter).ShouldBe((4 * (Inputs + (8 * Hidden))) + (4 * 2 * (Hidden + (4 * Hidden))));
        ModelStatistics.Parameters(result.Model).ShouldBe(result.Layers.Sum(layer => layer.ParametersAfter) + (2 * 8 * Hidden));
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("stored")]
    [InlineData("auto")]
    public void A_budget_holds_and_the_same_decisions_give_the_same_bytes(string storage)
    {
        var model = Model("GRU", "bidirectional", inputs: 40, hidden: 32);
        (string, object)[] options = [("budget", new Budget(BudgetMeasure.Size, 0.6, true)), ("storage", storage)];

        var result = MethodRun.Tucker(model, options);

        ((double)result.Model.SizeInBytes).ShouldBeInRange(0.5 * model.SizeInBytes, 0.6 * model.SizeInBytes);
        MethodRun.Named("tucker")
            .Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(options), result.Choices())
            .Model.ToBytes().ShouldBe(result.Model.ToBytes());
    }

    [Fact]
    public void Cells_between_other_layers_are_fitted_for_themselves_and_those_behind_make_up_for_them()
    {
        var graph = new GraphBuilder(14).Input("x", [Steps, Samples, 20]);
        graph.MatMul("x", "before", Inputs, 20);
        Cell(graph, "GRU", "before", "y", "forward", Inputs, Hidden);
        var model = graph.Integers("axis", [1], 1).Node("Squeeze", ["y", "axis"], ["s"]).MatMul("s", "after", 20, Hidden).Output("after").Build();

        var walked = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(5)));
        var alone = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(5)), ("fit", "independent"), ("shrink", "0"));

        walked.Layers.ShouldAllBe(layer => layer.SkipReason == null);
        walked.Layers.Single(layer => layer.Layer == "y_node/W").Note!.ShouldContain("fitted independently");
        MethodRun.Distance(model, walked.Model, new RandomBatches(model)).ShouldBeLessThan(MethodRun.Distance(model, alone.Model, new RandomBatches(model)));
    }

    [Fact]
    public void A_later_quantize_takes_the_factors()
    {
        var model = Model("LSTM", "forward", inputs: 40, hidden: 32);
        var stored = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(8)), ("storage", "stored")).Model;

        TargetFinder.Find(stored).Select(target => target.Name).ShouldBe(["cell/W_core", "cell/W_out", "cell/R_core", "cell/R_out"]);
        TargetFinder.Find(stored).ShouldAllBe(target => target.Layer.Obstacle == null && target.FactorOf != null);
        var rounded = MethodRun.Of("quantize", stored, ("weights", "8"));

        rounded.Layers.ShouldAllBe(layer => layer.SkipReason == null);
        rounded.Model.SizeInBytes.ShouldBeLessThan((long)(0.45 * stored.SizeInBytes));
    }

    [Fact]
    public void A_shared_weight_and_another_layout_stay_as_they_are()
    {
        var shared = Model("RNN", "forward", second: true);
        var layout = Model("RNN", "forward", attributes: ("layout", 1));

        LayerFinder.FindAll(shared).ShouldAllBe(layer => layer.Obstacle == "its weight is shared: it is read 2 times");
        LayerFinder.FindAll(layout).ShouldAllBe(layer => layer.Obstacle == "its layout is 1, which ONNX Runtime does not run");
        LayerFinder.Find(shared).ShouldBeEmpty();
        MethodRun.Named("nn-bcd").Obstacle(LayerFinder.FindAll(Model("RNN", "forward"))[0], new Dictionary<string, long[]>()).ShouldBe("it takes no RNN");
    }

    // The share of the energy of W·x over all vectors that W~ changes, its root; x are the rows of the input or, for R, the hidden states.
    private static double Measured(OnnxModel before, OnnxModel after, string weight, int directions, bool hidden)
    {
        var old = WeightValues.ReadDoubles(before.Graph.Initializer.Single(tensor => tensor.Name == weight));
        var now = Product(after, hidden ? 2 : 1);
        var width = hidden ? Hidden : Inputs;
        var rows = old.Length / width;
        var (error, energy) = (0.0, 0.0);
        foreach (var batch in new RandomBatches(before).Read())
        {
            // (steps, directions, samples, H) or (steps, samples, I).
            var vectors = hidden ? MethodRun.Outputs(First(before), batch) : batch.Inputs["x"].Doubles();
            for (var row = 0; row < rows; row++)
            {
                for (var vector = 0; vector < vectors.Length / width; vector++)
                {
                    if (hidden && vector / Samples % directions != row / (rows / directions))
                    {
                        continue;
                    }

                    var (difference, sum) = (0.0, 0.0);
                    for (var i = 0; i < width; i++)
                    {
                        sum += old[(row * width) + i] * vectors[(vector * width) + i];
                        difference += (old[(row * width) + i] - now[(row * width) + i]) * vectors[(vector * width) + i];
                    }

                    (error, energy) = (error + (difference * difference), energy + (sum * sum));
                }
            }
        }

        return Math.Sqrt(error / energy);
    }

    // A weight as the factors make it: of a chain W is what the cell has times what is in front.
    private static double[] Product(OnnxModel model, int input)
    {
        var cell = model.Graph.Node.Single(node => node.OpType is "LSTM" or "GRU" or "RNN");
        (long[] Dims, double[] Values) Constant(string name)
        {
            var tensor = model.Graph.Initializer.Single(tensor => tensor.Name == name);
            return ([.. tensor.Dims], WeightValues.ReadDoubles(tensor));
        }

        if (model.Graph.Node.FirstOrDefault(node => node.Output[0] == cell.Input[input]) is { } made)
        {
            var (outer, inner) = (Constant(made.Input[0]), Constant(made.Input[1]));
            return Multiply(outer.Values, inner.Values, (int)outer.Dims[2], (int)inner.Dims[^1]);
        }

        var front = Constant(model.Graph.Node.Single(node => node.Output[0] == cell.Input[0]).Input[1]);
        var (width, rank) = ((int)front.Dims[0], (int)front.Dims[1]);
        double[] straight = [.. Enumerable.Range(0, front.Values.Length).Select(i => front.Values[(i % width * rank) + (i / width)])];
        return Multiply(Constant(cell.Input[1]).Values, straight, rank, width);
    }

    // Rows of the first times the second, of which there may be one for each part of the rows.
    private static double[] Multiply(double[] outer, double[] inner, int rank, int width)
    {
        var rows = outer.Length / rank;
        var parts = inner.Length / rank / width;
        var product = new double[rows * width];
        for (var i = 0; i < product.Length; i++)
        {
            var (row, column) = (i / width, i % width);
            var part = row / (rows / parts) * rank * width;
            product[i] = Enumerable.Range(0, rank).Sum(r => outer[(row * rank) + r] * inner[part + (r * width) + column]);
        }

        return product;
    }

    // The model with its hidden states as the only output.
    private static OnnxModel First(OnnxModel model)
    {
        var first = model.Clone();
        while (first.Graph.Output.Count > 1)
        {
            first.Graph.Output.RemoveAt(1);
        }

        return first;
    }

    private static OnnxModel Model(
        string cell,
        string direction,
        string[]? outputs = null,
        int inputs = Inputs,
        int hidden = Hidden,
        bool second = false,
        params (string, object)[] attributes)
    {
        var graph = new GraphBuilder(14).Input("x", [Steps, Samples, inputs]);
        Cell(graph, cell, "x", outputs?[0] ?? Outputs[0], direction, inputs, hidden, attributes);
        graph.Named("cell");
        var node = graph.Proto.Graph.Node[^1];
        node.Output.Add(Outputs[1]);
        if (second)
        {
            var other = node.Clone();
            (other.Name, other.Output[0], other.Output[1]) = ("other", "y2", "h2");
            graph.Proto.Graph.Node.Add(other);
        }

        foreach (var output in (outputs ?? Outputs).Where(output => output.Length > 0))
        {
            graph.Output(output);
        }

        return graph.Build();
    }

    private static void Cell(
        GraphBuilder graph, string cell, string input, string output, string direction, int inputs, int hidden, params (string, object)[] attributes)
    {
        long gates = cell switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        long directions = direction == "bidirectional" ? 2 : 1;
        graph.Random("cell.w", [directions, gates * hidden, inputs], 0.3).Random("cell.r", [directions, gates * hidden, hidden], 0.3)
            .Random("cell.b", [directions, 2 * gates * hidden], 0.3)
            .Node(cell, [input, "cell.w", "cell.r", "cell.b"], [output], [("hidden_size", hidden), ("direction", direction), .. attributes]);
    }
}
