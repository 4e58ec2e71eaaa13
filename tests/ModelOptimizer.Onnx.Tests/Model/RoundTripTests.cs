using Google.Protobuf;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class RoundTripTests
{
    [SharedDataFact]
    public void Every_real_file_comes_back_byte_for_byte()
    {
        var different = new List<string>();
        var same = 0;
        foreach (var name in SharedData.Models())
        {
            var bytes = File.ReadAllBytes(SharedData.Path(name));
            try
            {
                if (OnnxModel.Load(SharedData.Path(name)).ToBytes().AsSpan().SequenceEqual(bytes))
                {
                    same++;
                }
                else
                {
                    different.Add(name);
                }
            }
            catch (DiagnosticException)
            {
                // Refused files have their own test.
            }
        }

        different.ShouldBeEmpty();
        same.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Fields_of_a_later_version_survive_at_every_level()
    {
        // Field 999 with the varint 7, in the model, its graph and its node.
        byte[] later = [0xB8, 0x3E, 0x07];
        byte[] node = [0x0A, 0x01, (byte)'x', .. later];
        byte[] graph = [0x0A, (byte)node.Length, .. node, .. later];
        byte[] model = [0x08, 0x08, 0x3A, (byte)graph.Length, .. graph, .. later];

        OnnxModel.Parse(model).ToBytes().ShouldBe(model);
        OnnxModel.Parse(model).Clone().ToBytes().ShouldBe(model);
    }

    [Fact]
    public void Defaults_that_were_written_are_written_again()
    {
        // An empty producer name, an attribute whose integer is 0, a dimension of 0.
        var proto = new ModelProto
        {
            IrVersion = 0,
            ProducerName = "",
            Graph = new GraphProto { Name = "" },
        };
        proto.Graph.Node.Add(
            new NodeProto
            {
                Name = "",
                Attribute =
                {
                    new AttributeProto
                    {
                        Name = "axis",
                        I = 0,
                        F = 0,
                    },
                },
            }
        );
        proto.Graph.Input.Add(
            new ValueInfoProto
            {
                Name = "x",
                Type = new TypeProto
                {
                    TensorType = new TypeProto.Types.Tensor
                    {
                        Shape = new TensorShapeProto
                        {
                            Dim =
                            {
                                new TensorShapeProto.Types.Dimension { DimValue = 0 },
                                new TensorShapeProto.Types.Dimension(),
                            },
                        },
                    },
                },
            }
        );
        var bytes = proto.ToByteArray();

        var back = OnnxModel.Parse(bytes);

        back.ToBytes().ShouldBe(bytes);
        back.Proto.HasProducerName.ShouldBeTrue();
        back.Graph.Node[0].Attribute[0].HasI.ShouldBeTrue();
        back.Graph.Node[0].Attribute[0].HasS.ShouldBeFalse();
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(7, true)]
    [InlineData(10, true)]
    [InlineData(11, true)]
    [InlineData(1, false)]
    public void Number_lists_of_tensors_are_packed_exactly_where_the_format_has_it(int field, bool packed)
    {
        var tensor = new TensorProto { Dims = { 1 }, FloatData = { 1 }, Int32Data = { 1 }, Int64Data = { 1 }, DoubleData = { 1 }, Uint64Data = { 1 } };

        WireTypes(tensor.ToByteArray())[field].ShouldBe(packed ? WireFormat.WireType.LengthDelimited : WireFormat.WireType.Varint);
    }

    [Fact]
    public void Number_lists_of_attributes_are_not_packed()
    {
        var types = WireTypes(new AttributeProto { Floats = { 1 }, Ints = { 1 } }.ToByteArray());

        types[7].ShouldBe(WireFormat.WireType.Fixed32);
        types[8].ShouldBe(WireFormat.WireType.Varint);
    }

    [Fact]
    public void A_name_that_is_not_text_is_refused_because_it_could_not_be_written_back()
    {
        // A node whose name is one byte that is no UTF-8.
        byte[] model = [0x3A, 0x05, 0x0A, 0x03, 0x1A, 0x01, 0xFF];

        Should.Throw<DiagnosticException>(() => OnnxModel.Parse(model)).Diagnostic.Code.ShouldBe(ModelCodes.NotOnnx);
    }

    private static Dictionary<int, WireFormat.WireType> WireTypes(byte[] message)
    {
        var types = new Dictionary<int, WireFormat.WireType>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            types[WireFormat.GetTagFieldNumber(tag)] = WireFormat.GetTagWireType(tag);
            input.SkipLastField();
        }

        return types;
    }
}
