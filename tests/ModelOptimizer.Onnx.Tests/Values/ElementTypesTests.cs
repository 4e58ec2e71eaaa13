using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Tests.Values;

public sealed class ElementTypesTests
{
    [Fact]
    public void Every_type_but_text_has_a_width()
    {
        var without = Enum.GetValues<DataType>().Where(type => ElementTypes.Bits((int)type) is null);
        without.ShouldBe([DataType.Undefined, DataType.String]);
    }

    [Fact]
    public void Small_elements_share_bytes()
    {
        ElementTypes.ByteLength(new TensorProto { DataType = (int)DataType.Int4, Dims = { 3 } }).ShouldBe(2);
        ElementTypes.ByteLength(new TensorProto { DataType = (int)DataType.Uint2, Dims = { 5 } }).ShouldBe(2);
    }

    [Fact]
    public void Impossible_shapes_have_no_count()
    {
        ElementTypes.Count([1L << 40, 1L << 40]).ShouldBeNull();
        ElementTypes.Count([2, -1]).ShouldBeNull();
        ElementTypes.Count([1L << 40, 1L << 40, 0]).ShouldBe(0);
        ElementTypes.Count([]).ShouldBe(1);
    }
}
