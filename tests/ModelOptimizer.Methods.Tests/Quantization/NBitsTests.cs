using Google.Protobuf;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class NBitsTests
{
    private static readonly QuantizeMethod Method = new();

    [Theory]
    [InlineData("4", 32, 72, true, true)]
    [InlineData("4", 64, 128, false, true)]
    [InlineData("4", 128, 130, true, false)]
    [InlineData("8", 32, 40, true, true)]
    [InlineData("8", 128, 130, false, false)]
    public void A_Gemm_is_its_input_times_the_codes_and_scales_of_blocks(string weights, int block, int inputs, bool transB, bool bias)
    {
        var model = new GraphBuilder().Input("x", [-1, inputs]).Gemm("x", "y", 24, inputs, bias, transB).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches, ("weights", LayerWidths(("*", weights))), ("block", block), ("accuracy", 1));

        var nodes = RuntimeView.Optimised(result.Model).Graph.Node;
        nodes.Count(node => node.OpType == "MatMulNBits").ShouldBe(1);
        nodes.ShouldNotContain(node => node.OpType == "Gemm");
        var constants = new ConstantLookup(result.Model.Graph);
        var added = bias ? WeightValues.ReadDoubles(constants["y.b"]) : new double[24];
        var weight = Decoded(result.Model.Graph.Node.Single(node => node.OpType == "MatMulNBits"), constants);
        foreach (var batch in batches.Read())
        {
            var x = batch.Inputs["x"].Doubles();
            var expected = Enumerable.Range(0, x.Length / inputs).SelectMany(row => Enumerable.Range(0, 24).Select(output =>
                added[output] + Enumerable.Range(0, inputs).Sum(k => x[(row * inputs) + k] * weight[output][k]))).ToArray();
            MethodRun.Outputs(result.Model, batch).Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4);
        }

        Error(model, result.Model, batches).ShouldBeLessThan(weights == "8" ? 0.01 : 0.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Products_of_sequences_keep_opset_and_shape_and_say_what_they_became(int accuracy)
    {
        var model = new GraphBuilder(10).Input("x", [-1, 7, 48]).MatMul("x", "m", 40, 48).Random("b", [40]).Node("Add", ["m", "b"], ["s"])
            .Node("Relu", ["s"], ["r"]).MatMul("r", "y", 30, 40).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches, ("accuracy", accuracy));

        result.Model.Opset.ShouldBe(10);
        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("; MatMulNBits in blocks of 32") && layer.Bits == 4 && layer.BytesAfter < layer.BytesBefore);
        var nodes = result.Model.Graph.Node.Where(node => node.OpType == "MatMulNBits").ToList();
        nodes.Select(node => node.Int("accuracy_level", 0)).ShouldBe([accuracy, accuracy]);
        RuntimeView.OptimisedOperators(result.Model).ShouldNotContain("MatMul");
        Error(model, result.Model, batches).ShouldBeLessThan(0.15);
        MethodRun.Macs(result.Model).ShouldBe(MethodRun.Macs(model));
    }

    [Fact]
    public void What_the_operator_does_not_have_is_stored_and_says_why()
    {
        var model = new GraphBuilder().Input("x", [-1, 3, 8, 8]).Conv("x", "c", 16, 3, [3, 3]).Node("Flatten", ["c"], ["f"]).Gemm("f", "g", 40, 576)
            .Node("Gemm", ["g", "h.w", "h.b"], ["h"], ("beta", 0.5f)).Random("h.w", [40, 64]).Random("h.b", [64]).Gemm("h", "i", 64, 64)
            .Gemm("i", "y", 10, 64).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Layers.Select(layer => (layer.Layer, layer.Note!.Split("; ")[1])).ShouldBe([
            ("c", "stored, since its layer is no product that MatMulNBits has"), ("g", "MatMulNBits in blocks of 32"),
            ("h_node", "stored, since its bias has a factor"), ("i", "MatMulNBits in blocks of 32"), ("y", "stored, since it has fewer than 16 inputs or outputs"),
        ]);
        Error(model, result.Model, batches).ShouldBeLessThan(0.3);
    }

    [Fact]
    public void The_same_choices_give_the_same_bytes()
    {
        var model = Network();
        var batches = new RandomBatches(model);
        var context = MethodRun.Context(model, batches);
        var arguments = MethodRun.Arguments(("weights", LayerWidths(("*", "4"))), ("form", "nbits"));

        var result = Method.Run(context, arguments);

        Bytes(Method.Run(context, arguments)).ShouldBe(Bytes(result));
        Bytes(Method.Run(MethodRun.Context(model, batches), arguments, result.Choices())).ShouldBe(Bytes(result));

        static byte[] Bytes(StepResult result) => result.Model.Proto.ToByteArray();
    }

    [Fact]
    public void A_scale_for_each_block_and_rounding_under_moments_are_nearer()
    {
        var model = Network();
        var batches = new RandomBatches(model);

        double ErrorOf(string rounding, int block) => Error(
            model, Run(model, batches, ("rounding", rounding), ("block", block), ("accuracy", 1)).Model, batches);

        ErrorOf("gptq", 32).ShouldBeLessThan(ErrorOf("nearest", 32));
        ErrorOf("nearest", 32).ShouldBeLessThan(ErrorOf("nearest", 128));
    }

    [Fact]
    public void Without_data_the_nearest_codes_are_taken()
    {
        var model = Network();

        Error(model, Run(model, null, ("rounding", "nearest")).Model, new RandomBatches(model)).ShouldBeLessThan(0.3);
    }

    [Theory]
    [InlineData("8", "integer", "'block' has no meaning unless 'form: nbits' is written. Remove it.")]
    [InlineData("4", "stored", "'block' has no meaning unless 'form: nbits' is written. Remove it.")]
    [InlineData("3", "nbits", "'form' is nbits, and MatMulNBits takes weights of 4 or 8 bits. Write 'weights: 4', or 'form: stored'.")]
    public void What_does_not_go_together_is_refused(string weights, string form, string message)
    {
        var model = Network();

        var error = Should.Throw<DiagnosticException>(() =>
            Run(model, new RandomBatches(model), ("weights", LayerWidths(("*", weights))), ("form", form), ("block", 64)));

        error.Diagnostic.Message.ShouldContain(message);
    }

    [Fact]
    public void A_model_without_a_layer_that_can_is_refused()
    {
        var model = new GraphBuilder().Input("x", [-1, 3, 8, 8]).Conv("x", "y", 16, 3, [3, 3]).Output("y").Build();

        var error = Should.Throw<DiagnosticException>(() => Run(model, new RandomBatches(model)));

        error.Diagnostic.Code.ShouldBe("MOC2101");
        error.Diagnostic.Message.ShouldContain("1 × its layer is no product that MatMulNBits has");
    }

    [Fact]
    public void Another_version_of_the_operators_domain_is_refused()
    {
        var model = Network();
        model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 2 });

        var error = Should.Throw<DiagnosticException>(() => Run(model, null, ("rounding", "nearest")));

        error.Diagnostic.Code.ShouldBe("MOC2112");
        error.Diagnostic.Message.ShouldContain("imports version 2 of the domain com.microsoft");
    }

    private static OnnxModel Network() => new GraphBuilder().Input("x", [-1, 256]).Gemm("x", "h", 96, 256, transB: true).Node("Relu", ["h"], ["r"])
        .Gemm("r", "y", 64, 96).Output("y").Build();

    private static StepResult Run(OnnxModel model, RandomBatches? batches, params (string Name, object Value)[] options) => Method.Run(
        MethodRun.Context(model, batches),
        MethodRun.Arguments([.. new (string Name, object Value)[] { ("weights", LayerWidths(("*", "4"))), ("form", "nbits") }
            .Where(option => options.All(other => other.Name != option.Name)), .. options]));

    private static LayerMap<string> LayerWidths(params (string Rule, string Width)[] widths) =>
        new([.. widths.Select(entry => (new LayerRule(entry.Rule), entry.Width))]);

    // √(Σ(ŷ − y)²/Σy²)
    private static double Error(OnnxModel before, OnnxModel after, RandomBatches batches) => Math.Sqrt(
        MethodRun.Distance(before, after, batches) / batches.Read().Sum(batch => MethodRun.Outputs(before, batch).Sum(value => value * value)));

    // From the operator's definition: N×K numbers (code − 2^(bits−1))·scale, the first code in a byte's lower bits.
    private static double[][] Decoded(NodeProto node, ConstantLookup constants)
    {
        var (k, n, size, bits) = ((int)node.Int("K", 0), (int)node.Int("N", 0), (int)node.Int("block_size", 0), (int)node.Int("bits", 0));
        var packed = constants[node.Input[1]].RawData.ToByteArray();
        float[] scales = WeightValues.ReadFloats(constants[node.Input[2]]);
        var blocks = (k + size - 1) / size;
        constants[node.Input[1]].Dims.ShouldBe([n, blocks, size * bits / 8]);
        return [.. Enumerable.Range(0, n).Select(output => Enumerable.Range(0, k).Select(input =>
        {
            var block = (output * blocks) + (input / size);
            var at = (block * size) + (input % size);
            var code = bits == 8 ? packed[at] : at % 2 == 0 ? packed[at / 2] & 15 : packed[at / 2] >> 4;
            return (code - (1 << (bits - 1))) * (double)scales[block];
        }).ToArray())];
    }
}
