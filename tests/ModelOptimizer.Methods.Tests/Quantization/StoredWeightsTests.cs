using Google.Protobuf;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class StoredWeightsTests
{
    private static readonly int[] Opsets = [7, 8, 9, 10, 11, 12, 13, 17, 18, 21];

    public static TheoryData<string, int> Layers()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in StoredCases.All.Keys)
        {
            foreach (var opset in Opsets)
            {
                data.Add(name, opset);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Every_width_is_unpacked_at_load_and_computes_what_the_plain_weight_does(string name, int opset)
    {
        foreach (var format in WeightFormat.All)
        {
            Check(StoredCases.All[name](opset, DataType.Float), format);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(18)]
    public void Embeddings_and_recurrent_weights_are_stored_too(int opset)
    {
        foreach (var format in WeightFormat.All)
        {
            Check(StoredCases.Gather(opset), format);
            Check(StoredCases.Recurrent(opset, "LSTM", 4), format, 2);
            Check(StoredCases.Recurrent(opset, "GRU", 3), format, 2);
            Check(StoredCases.Recurrent(opset, "RNN", 1), format, 2);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(18)]
    public void Small_layers_share_their_bytes_and_a_weight_that_is_read_twice_is_stored_once(int opset)
    {
        foreach (var format in WeightFormat.All)
        {
            Check(StoredCases.Network(opset), format, 5);
        }
    }

    [Fact]
    public void Weights_that_are_inputs_of_an_old_file_leave_its_inputs()
    {
        foreach (var format in WeightFormat.All)
        {
            Check(StoredCases.Network(9, irVersion: 3), format, 5);
        }
    }

    [Theory]
    [InlineData(DataType.Float16, 13)]
    [InlineData(DataType.Float16, 9)]
    [InlineData(DataType.Double, 13)]
    [InlineData(DataType.Double, 9)]
    internal void Other_element_types_end_in_one_cast(DataType type, int opset)
    {
        foreach (var format in WeightFormat.All.Where(format => format.HasCodes || type == DataType.Double))
        {
            // ONNX Runtime has no Conv in float64.
            Check(StoredCases.All[type == DataType.Double ? "gemm" : "conv, odd, with a bias"](opset, type), format);
            Check(StoredCases.All["matmul"](opset, type), format);
        }
    }

    [Fact]
    public void A_weight_in_a_Constant_node_is_stored_like_an_initialiser()
    {
        var values = GraphBuilder.Normal([33, 35], 1, 3);
        var model = new GraphBuilder(13).Input("x", [4, 33]).Constant("w", [33, 35], values).Node("MatMul", ["x", "w"], ["y"]).Output("y").Build();

        var packed = Check(model, WeightFormat.Find("4")!);

        packed.Graph.Node.ShouldNotContain(node => node.OpType == "Constant");
    }

    [Fact]
    public void A_weight_that_would_not_be_smaller_stays_as_it_is()
    {
        var model = new GraphBuilder(13).Input("x", [4, 3]).MatMul("x", "y", 5, 3).Output("y").Build();

        var (packed, bytes) = StoredWeights.Pack(model, Rounded(model, WeightFormat.Find("3")!));

        bytes.ShouldBeEmpty();
        packed.ToBytes().ShouldBe(model.ToBytes());
    }

    [Fact]
    public void What_stays_as_it_is_takes_no_names_from_the_rest()
    {
        // One weight of a width of its own, small enough not to pay once its group has the nodes that unpack it.
        for (var columns = 16; columns <= 96; columns += 8)
        {
            var model = new GraphBuilder(13).Input("x", [4, 8]).MatMul("x", "y", columns, 8).MatMul("y", "z", 60, columns).Output("z").Build();
            List<RoundedTensor> tensors = [Rounded(model, WeightFormat.Find("3")!)[0], Rounded(model, WeightFormat.Find("4")!)[1]];

            var (packed, bytes) = StoredWeights.Pack(model, tensors);

            StoredWeights.Pack(model, [.. tensors.Where(tensor => bytes.ContainsKey(tensor.Name))]).Model.ToBytes().ShouldBe(packed.ToBytes(), $"{columns}");
        }
    }

    [Fact]
    public void Bytes_by_weight_add_up_to_what_the_file_gained()
    {
        var model = StoredCases.Network(13);
        foreach (var format in WeightFormat.All)
        {
            var (packed, bytes) = StoredWeights.Pack(model, Rounded(model, format));
            var before = StoredWeights.BytesNow(model);

            var saved = bytes.Sum(item => before[item.Key] - item.Value);
            ((double)(model.SizeInBytes - packed.SizeInBytes)).ShouldBe(saved, 16, format.Name);
        }
    }

    private static OnnxModel Check(OnnxModel model, WeightFormat format, int weights = 1)
    {
        var rounded = Rounded(model, format);
        rounded.Count.ShouldBe(weights);

        var (packed, bytes) = StoredWeights.Pack(model, rounded);

        bytes.Count.ShouldBe(weights, format.Name);
        OnnxValidator.Check(packed).ShouldBeEmpty();
        packed.SizeInBytes.ShouldBeLessThan(model.SizeInBytes);
        packed.Opset.ShouldBe(model.Opset);
        packed
            .Graph.Node.TakeLast(model.Graph.Node.Count(node => node.OpType != "Constant"))
            .ShouldBe(model.Graph.Node.Where(node => node.OpType != "Constant"));
        var plain = model.Clone();
        rounded.ForEach(tensor => WeightValues.Write(new ConstantLookup(plain.Graph)[tensor.Name], tensor.Values()));
        foreach (var batch in new RandomInputs(model).Read())
        {
            MethodRun.Outputs(packed, batch).ShouldBe(MethodRun.Outputs(plain, batch), format.Name);
        }

        LoadedGraph.StillComputed(packed, LoadedGraph.LoadTimeTensors(packed)).ShouldBeEmpty(format.Name);
        if (format.HasCodes && rounded[0].Type == DataType.Float)
        {
            CheckReadBack(model, packed, rounded);
        }

        return packed;
    }

    // Other codes in the packed file are the file that those codes are packed into.
    private static void CheckReadBack(OnnxModel model, OnnxModel packed, List<RoundedTensor> rounded)
    {
        var context = MethodRun.Context(packed, null);

        var read = CodedWeight.Read(context, packed, context.Shapes);

        read.Count.ShouldBe(rounded.Count);
        foreach (var tensor in rounded)
        {
            var found = read[tensor.Name].Tensor;
            (found.Format, found.Type).ShouldBe((tensor.Format, tensor.Type));
            found.Dims.ShouldBe(tensor.Dims);
            found.Codes.ShouldBe(tensor.Codes);
            found.Scales.ShouldBe(tensor.Scales);
            found.Values().ShouldBe(tensor.Values());
        }

        var random = new Random(3);
        List<RoundedTensor> changed = [.. rounded.Select(tensor => tensor with
        {
            Codes = Array.ConvertAll(tensor.Codes, _ => (sbyte)random.Next(tensor.Format.Lowest, tensor.Format.Highest + 1)),
        })];
        var rewritten = packed.Clone();
        CodedWeight.Write(rewritten, changed.Select(tensor => read[tensor.Name].Nearest(tensor.Values())));
        rewritten.ToBytes().ShouldBe(StoredWeights.Pack(model, changed).Model.ToBytes());
        CodedWeight.ToPlain(packed, read).Graph.Node.Count.ShouldBe(model.Graph.Node.Count(node => node.OpType != "Constant"));
    }

    [Fact]
    public void Nodes_that_only_look_like_packed_codes_are_not_read_as_such()
    {
        var model = new GraphBuilder(13).Input("x", [4, 6])
            .Initializer("scale", [1, 1], [0.5])
            .Node("Cast", ["bytes"], ["numbers"], ("to", (long)DataType.Float))
            .Node("Floor", ["numbers"], ["same"])
            .Node("Sub", ["same", "scale"], ["other"])
            .Node("Mul", ["other", "scale"], ["w"])
            .Node("MatMul", ["x", "w"], ["y"])
            .Output("y")
            .Build();
        var bytes = new TensorProto { Name = "bytes", DataType = (int)DataType.Int8, RawData = ByteString.CopyFrom([.. Enumerable.Range(0, 30).Select(i => (byte)i)]) };
        bytes.Dims.Add([6L, 5L]);
        model.Graph.Initializer.Add(bytes);
        var context = MethodRun.Context(model, null);

        CodedWeight.Read(context, model, context.Shapes).ShouldBeEmpty();
    }

    private static List<RoundedTensor> Rounded(OnnxModel model, WeightFormat format)
    {
        var rounder = new WeightRounder(MethodRun.Context(model, null), underMoments: false, position: null);
        return [.. TargetFinder.Find(model).Where(target => target.Axis is not null).Select(target => rounder.Round(target, format).Tensor)];
    }

    /// <summary>One batch for the inputs that are no initialisers.</summary>
    private sealed class RandomInputs(OnnxModel model)
    {
        public IEnumerable<Batch> Read()
        {
            var weights = new ConstantLookup(model.Graph);
            var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
            foreach (var input in model.Graph.Input.Where(input => weights.Find(input.Name) is null))
            {
                var type = (DataType)input.Type.TensorType.ElemType;
                long[] shape = [.. input.Type.TensorType.Shape.Dim.Select(dim => dim.DimValue)];
                var noise = GraphBuilder.Normal(shape, 1, 7);
                inputs.Add(input.Name, type switch
                {
                    DataType.Int64 => HostTensor.From<long>(type, shape, Array.ConvertAll(noise, value => (long)Math.Abs(value * 20) % 67)),
                    DataType.Float16 => HostTensor.From<Half>(type, shape, Array.ConvertAll(noise, value => (Half)value)),
                    DataType.Double => HostTensor.From<double>(type, shape, noise),
                    _ => HostTensor.From<float>(type, shape, Array.ConvertAll(noise, value => (float)value)),
                });
            }

            yield return new Batch(inputs, 1);
        }
    }
}
