using Google.Protobuf;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Quantization;

/// <summary>Weights that nodes inside sub-graphs and functions read.</summary>
public class BodyWeightTests
{
    // Of the largest output, for 8 bits.
    private const double Small = 0.02;

    [Fact]
    public void Weights_of_both_branches_take_few_bits_and_both_branches_compute_what_they_did()
    {
        var model = ReachedWeights.Of(Branches());

        var result = Run(model, "8");

        result.Layers.Select(layer => (layer.Layer, layer.SkipReason))
            .ShouldBe([("m", null), ("a", null), ("b", null), ("reads outside", null)], ignoreOrder: true);
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes * 2 / 5);
        foreach (var condition in new[] { true, false })
        {
            var difference = Difference(model, result.Model, [Floats("x", 4, 40), Truth("c", condition)]);
            difference.ShouldBeInRange(1e-6, Small, $"{condition}");
        }
    }

    [Fact]
    public void Other_methods_leave_them_alone_by_name()
    {
        var model = ReachedWeights.Of(Branches());
        var layers = MethodRun.Tucker(model, ("ranks", MethodRun.Share(0.3))).Layers;
        layers.Where(layer => layer.SkipReason is not null).Select(layer => (layer.Layer, layer.SkipReason))
            .ShouldBe([.. new[] { "a", "b", "reads outside" }.Select(name => (name, (string?)"it is inside a sub-graph of If"))], ignoreOrder: true);
    }

    [Fact]
    public void One_that_both_branches_and_the_main_graph_read_is_stored_and_rounded_once()
    {
        static GraphProto Branch(string name) => new GraphBuilder().Node("MatMul", ["x", "shared"], [name]).Named(name).Output(name).Build().Graph;
        var model = new GraphBuilder().Input("x", [4, 40]).Input("c", [], (int)DataType.Bool).Random("shared", [40, 40])
            .Node("If", ["c"], ["y"], ("then_branch", Branch("a")), ("else_branch", Branch("b")))
            .Node("MatMul", ["x", "shared"], ["z"]).Named("main").Output("y").Output("z").Build();

        var result = Run(ReachedWeights.Of(model), "4");

        result.Layers.ShouldHaveSingleItem().Layer.ShouldBe("main");
        GraphWalk.Nodes(result.Model.Proto).Count(node => node.Output.Contains("shared")).ShouldBe(1);
        GraphWalk.Graphs(result.Model.Proto).SelectMany(graph => graph.Initializer)
            .ShouldNotContain(tensor => tensor.DataType == (int)DataType.Float && tensor.Dims.Product() >= 1600);
        var inputs = new[] { Floats("x", 4, 40), Truth("c", true) };
        var outputs = Outputs(result.Model, inputs);
        outputs["y"].ShouldBe(outputs["z"], "all read the same numbers");
    }

    [Fact]
    public void Bodies_of_loops_and_scans_are_reached_and_a_constant_there_is_one_for_all_rounds()
    {
        var step = new GraphBuilder().Input("i", [], (int)DataType.Int64).Input("go", [], (int)DataType.Bool).Input("h", [4, 40])
            .Constant("w", [40, 40], GraphBuilder.Normal([40, 40], 0.15, 3)).Node("Identity", ["go"], ["on"]).Node("MatMul", ["h", "w"], ["next"]).Named("step")
            .Output("on", [], (int)DataType.Bool).Output("next", [4, 40]).Build().Graph;
        var scan = new GraphBuilder().Input("s", [1, 40]).Input("e", [40]).Random("w", [40, 40], 0.15).Node("Add", ["s", "e"], ["t"])
            .Node("MatMul", ["t", "w"], ["n"]).Named("scanned").Output("n", [1, 40]).Build().Graph;
        var model = new GraphBuilder().Input("x", [4, 40]).Input("s0", [1, 40]).Integers("trips", [], 3)
            .Node("Loop", ["trips", "", "x"], ["l"], ("body", step)).Node("Scan", ["s0", "l"], ["y"], ("body", scan), ("num_scan_inputs", 1))
            .Output("y").Build();

        var result = Run(ReachedWeights.Of(model), "8");

        result.Layers.Select(layer => (layer.Layer, layer.SkipReason)).ShouldBe([("step", null), ("scanned", null)]);
        Difference(model, result.Model, [Floats("x", 4, 40), Floats("s0", 1, 40)]).ShouldBeInRange(1e-6, Small);
    }

    [Fact]
    public void A_function_s_weight_is_rounded_under_the_moments_of_all_calls()
    {
        var call = new NodeProto { Domain = "local", OpType = "Dense", Name = "first", Input = { "x" }, Output = { "h" } };
        var again = new NodeProto { Domain = "local", OpType = "Dense", Name = "second", Input = { "h" }, Output = { "y" } };
        var dense = new GraphBuilder().Constant("w", [40, 40], GraphBuilder.Normal([40, 40], 0.15, 4)).Node("MatMul", ["a", "w"], ["o"]).Build();
        var builder = new GraphBuilder().Input("x", [-1, 40]).Output("y");
        builder.Proto.Graph.Node.AddRange([call, again]);
        builder.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        builder.Proto.Functions.Add(new FunctionProto { Name = "Dense", Domain = "local", Input = { "a" }, Output = { "o" }, Node = { dense.Graph.Node } });
        builder.Proto.Functions[0].OpsetImport.Add(builder.Proto.OpsetImport);
        var model = builder.Build();
        var reached = ReachedWeights.Of(model);
        var batches = new RandomBatches(reached);

        var result = new QuantizeMethod().Run(MethodRun.Context(reached, batches), MethodRun.Arguments(("weights", "3")));

        var layer = result.Layers.ShouldHaveSingleItem();
        (layer.Layer, layer.SkipReason, layer.Note!.Contains("nearest")).ShouldBe(("first/o_node", null, false));
        var nearest = Run(reached, "3").Model;
        MethodRun.Distance(model, result.Model, batches).ShouldBeLessThan(MethodRun.Distance(model, nearest, batches));
    }

    [Fact]
    public void Weights_of_a_recurrent_cell_whose_gates_a_branch_reorders_are_rounded_where_they_are_stored()
    {
        var model = ReachedWeights.Of(Reordered());

        var result = Run(model, "8");

        result.Layers.Select(layer => (layer.Layer, layer.SkipReason)).ShouldBe([("cell/W", null), ("cell/R", null)]);
        foreach (var condition in new[] { true, false })
        {
            Difference(model, result.Model, [Floats("x", 5, 1, 24), Truth("c", condition)]).ShouldBeInRange(condition ? 1e-6 : 0, Small);
        }

        // Nothing of this is left to a run: the slice is the other branch's.
        GraphWalk.Nodes(RuntimeView.Optimised(result.Model).Proto).Select(node => node.OpType).ShouldBe(["If", "LSTM", "Slice"], ignoreOrder: true);
    }

    [Fact]
    public void A_weight_in_half_precision_that_a_cast_widens_is_rounded_where_it_is_stored_and_under_moments()
    {
        var model = new GraphBuilder().Input("x", [-1, 40]).Random("half", [40, 60], 0.15, (int)DataType.Float16).Node("Cast", ["half"], ["w"], ("to", 1))
            .Node("MatMul", ["x", "w"], ["y"]).Named("dense").Output("y").Build();
        ReachedWeights.Of(model).ShouldBeSameAs(model, "in float32 it would be twice as large");
        var batches = new RandomBatches(model);

        var result = new QuantizeMethod().Run(MethodRun.Context(model, batches), MethodRun.Arguments(("weights", "3")));

        var layer = result.Layers.ShouldHaveSingleItem();
        (layer.Layer, layer.SkipReason, layer.Note!.Contains("nearest", StringComparison.Ordinal)).ShouldBe(("dense", null, false));
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes / 2);
        MethodRun.Distance(model, result.Model, batches).ShouldBeLessThan(MethodRun.Distance(model, Run(model, "3").Model, batches));
        RuntimeView.Repeated(result.Model).ShouldBeEmpty();
        var error = Should.Throw<DiagnosticException>(() => MethodRun.Tucker(model, ("ranks", MethodRun.Share(0.3)))).Diagnostic;
        error.Message.ShouldContain("dense: its weight passes through Cast first");
    }

    [Fact]
    public void A_weight_that_is_quantized_already_stays_in_its_bytes()
    {
        var builder = new GraphBuilder().Input("x", [-1, 40]).Constant("scale", [], [0.01]).Node("DequantizeLinear", ["codes", "scale"], ["w"])
            .Node("MatMul", ["x", "w"], ["y"]).Named("coded").MatMul("y", "plain", 40, 40).Output("plain");
        var codes = new TensorProto { Name = "codes", DataType = (int)DataType.Int8, Dims = { 40, 40 }, RawData = ByteString.CopyFrom(new byte[1600]) };
        builder.Proto.Graph.Initializer.Add(codes);
        var model = builder.Build();

        var result = Run(ReachedWeights.Of(model), "8");

        result.Layers.ToDictionary(layer => layer.Layer, layer => layer.SkipReason).ShouldBe(new Dictionary<string, string?>
        {
            ["w_node"] = "it is quantized already (DequantizeLinear)",
            ["coded"] = "its weight passes through DequantizeLinear first",
            ["plain"] = null,
        }, ignoreOrder: true);
        result.Model.Graph.Initializer.ShouldContain(codes);
    }

    private static OnnxModel Branches()
    {
        static GraphProto Branch(string name, double scale)
        {
            var graph = new GraphBuilder().Random("w", [40, 40], scale).Node("MatMul", ["x", "w"], [name]).Named(name).Output(name);
            return graph.Build().Graph;
        }

        var inner = Branch("b", 0.3);
        inner.Node.Add(new NodeProto { OpType = "MatMul", Name = "reads outside", Input = { "b", "outer" }, Output = { "e" } });
        inner.Output[0].Name = "e";
        return new GraphBuilder().Input("x", [4, 40]).Input("c", [], (int)DataType.Bool).Random("outer", [40, 40])
            .Node("If", ["c"], ["y"], ("then_branch", Branch("a", 1)), ("else_branch", inner)).MatMul("x", "m", 40, 40).Output("y").Output("m").Build();
    }

    // As PyTorch writes an LSTM: three slices of the gates, put together in ONNX's order.
    private static OnnxModel Reordered()
    {
        var graph = new GraphBuilder().Random("ih", [96, 24], 0.3).Random("hh", [96, 24], 0.3).Integers("axis", [1], 0);
        var places = new[] { 0, 24, 72, 96, 24, 72 };
        foreach (var place in places.Distinct())
        {
            graph.Integers($"at{place}", [1], place);
        }

        foreach (var weight in new[] { "ih", "hh" })
        {
            for (var part = 0; part < 3; part++)
            {
                graph.Node("Slice", [weight, $"at{places[2 * part]}", $"at{places[(2 * part) + 1]}", "axis"], [$"{weight}{part}"]);
            }

            graph.Node("Concat", [$"{weight}0", $"{weight}1", $"{weight}2"], [$"{weight}all"], ("axis", 0))
                .Node("Unsqueeze", [$"{weight}all", "axis"], [$"{weight}1d"]);
        }

        graph.Node("LSTM", ["x", "ih1d", "hh1d"], ["all", "last"], ("hidden_size", 24)).Named("cell").Output("last");
        var otherwise = new GraphBuilder().Node("Slice", ["x", "zero", "one"], ["first"]).Output("first").Build().Graph;
        return new GraphBuilder().Input("x", [5, 1, 24]).Input("c", [], (int)DataType.Bool).Integers("zero", [1], 0).Integers("one", [1], 1)
            .Node("If", ["c"], ["y"], ("then_branch", graph.Build().Graph), ("else_branch", otherwise)).Output("y").Build();
    }

    private static StepResult Run(OnnxModel model, string weights)
    {
        var result = new QuantizeMethod().Run(MethodRun.Context(model, null), MethodRun.Arguments(("weights", weights), ("rounding", "nearest")));
        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        return result;
    }

    private static (string, HostTensor) Floats(string name, params long[] shape) =>
        (name, HostTensor.From<float>(DataType.Float, shape, Array.ConvertAll(GraphBuilder.Normal(shape, 1, 8), value => (float)value)));

    private static (string, HostTensor) Truth(string name, bool value) => (name, new HostTensor(DataType.Bool, [], [(byte)(value ? 1 : 0)]));

    private static Dictionary<string, double[]> Outputs(OnnxModel model, IEnumerable<(string Name, HostTensor Value)> inputs)
    {
        using var session = TestEngine.Shared.CreateSession(model);
        return session.Run(inputs.ToDictionary(input => input.Name, input => input.Value)).ToDictionary(output => output.Key, output => output.Value.Doubles());
    }

    private static double Difference(OnnxModel before, OnnxModel after, IReadOnlyList<(string, HostTensor)> inputs)
    {
        var found = Outputs(after, inputs);
        return Outputs(before, inputs).Max(output => MethodRun.Difference(output.Value, found[output.Key]));
    }
}
