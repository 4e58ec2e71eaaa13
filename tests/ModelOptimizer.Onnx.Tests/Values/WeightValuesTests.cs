using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Tests.Values;

public sealed class WeightValuesTests
{
    [Theory]
    [InlineData(DataType.Float, 4)]
    [InlineData(DataType.Double, 8)]
    [InlineData(DataType.Float16, 2)]
    [InlineData(DataType.Bfloat16, 2)]
    internal void What_every_type_can_hold_comes_back_exactly(DataType type, int bytes)
    {
        double[] values = [0, -0.0, 1, -2.5, 0.15625, 240, double.PositiveInfinity];

        var tensor = WeightValues.Create("w", (int)type, [7], values);

        tensor.RawData.Length.ShouldBe(7 * bytes);
        WeightValues.ReadDoubles(tensor).ShouldBe(values);
        WeightValues.ReadFloats(tensor).ShouldBe(values.Select(value => (float)value));
        double.IsNegative(WeightValues.ReadDoubles(tensor)[1]).ShouldBeTrue();
    }

    [Fact]
    public void Numbers_are_read_from_the_typed_fields_too()
    {
        WeightValues.ReadDoubles(new TensorProto { DataType = (int)DataType.Float, Dims = { 2 }, FloatData = { 1.5f, -2 } }).ShouldBe([1.5, -2]);
        WeightValues.ReadDoubles(new TensorProto { DataType = (int)DataType.Double, Dims = { 2 }, DoubleData = { 0.1, 2 } }).ShouldBe([0.1, 2]);

        // Bit patterns: half 1.5 = 0x3E00, −2 = 0xC000; bfloat16 1.5 = 0x3FC0, −2 = 0xC000.
        WeightValues.ReadDoubles(new TensorProto { DataType = (int)DataType.Float16, Dims = { 2 }, Int32Data = { 0x3E00, 0xC000 } }).ShouldBe([1.5, -2]);
        WeightValues.ReadDoubles(new TensorProto { DataType = (int)DataType.Bfloat16, Dims = { 2 }, Int32Data = { 0x3FC0, 0xC000 } }).ShouldBe([1.5, -2]);
    }

    [Fact]
    public void Raw_data_is_little_endian() =>
        WeightValues.Create("w", (int)DataType.Float, [1], [1.0]).RawData.ToByteArray().ShouldBe([0, 0, 0x80, 0x3F]);

    [Theory]
    [InlineData(1 + (1.0 / 256), 0x3F80)] // a tie, down to even
    [InlineData(1 + (3.0 / 256), 0x3F82)] // a tie, up to even
    [InlineData(1 + (1.0 / 256) + 1e-12, 0x3F81)] // above the tie by less than a float32 can say
    [InlineData(1 + (3.0 / 256) - 1e-12, 0x3F81)]
    [InlineData(-1 - (1.0 / 256) - 1e-12, 0xBF81)]
    public void Bfloat16_rounds_to_nearest_ties_to_even(double value, int bits) =>
        BitConverter.ToUInt16(WeightValues.Create("w", (int)DataType.Bfloat16, [1], [value]).RawData.Span).ShouldBe((ushort)bits);

    [Theory]
    [InlineData(1 + (1.0 / 2048), 0x3C00)]
    [InlineData(1 + (3.0 / 2048), 0x3C02)]
    [InlineData(1 + (1.0 / 2048) + 1e-12, 0x3C01)]
    [InlineData(5.960464477539063e-8, 0x0001)] // the smallest subnormal
    public void Float16_rounds_to_nearest_ties_to_even(double value, int bits) =>
        BitConverter.ToUInt16(WeightValues.Create("w", (int)DataType.Float16, [1], [value]).RawData.Span).ShouldBe((ushort)bits);

    [Fact]
    public void A_number_too_large_for_the_type_is_an_error_not_an_infinity()
    {
        WeightValues.Fits((int)DataType.Float16, [65504]).ShouldBeTrue();
        WeightValues.Fits((int)DataType.Float16, [65520]).ShouldBeFalse();

        var error = Should.Throw<DiagnosticException>(() => WeightValues.Create("w", (int)DataType.Float16, [1], [1e5])).Diagnostic;
        error.Code.ShouldBe(ModelCodes.DoesNotFit);
        error.Message.ShouldBe("a number of tensor 'w' is too large for float16. Leave this layer out, or export the model in float32.");
    }

    [Fact]
    public void Writing_keeps_name_shape_and_type_and_drops_the_old_storage()
    {
        var tensor = new TensorProto { Name = "w", DataType = (int)DataType.Float16, Dims = { 2 }, Int32Data = { 1, 2 }, DocString = "kept" };

        WeightValues.Write(tensor, [1, 2]);

        tensor.Int32Data.ShouldBeEmpty();
        (tensor.Name, tensor.DocString, tensor.DataType).ShouldBe(("w", "kept", (int)DataType.Float16));
        WeightValues.ReadDoubles(tensor).ShouldBe([1, 2]);
    }

    [Fact]
    public void Data_that_does_not_match_the_shape_is_an_error()
    {
        var short4 = new TensorProto
        {
            Name = "w",
            DataType = (int)DataType.Float,
            Dims = { 2, 3 },
            FloatData = { 1, 2, 3, 4 },
        };
        Should
            .Throw<DiagnosticException>(() => WeightValues.ReadDoubles(short4))
            .Message.ShouldBe("tensor 'w' cannot be read: its shape [2, 3] takes 6 numbers, but its data has 4. Export the model again.");
        WeightValues
            .Defect(new TensorProto { DataType = (int)DataType.Float, Dims = { long.MaxValue, long.MaxValue } })
            .ShouldBe("its shape [9223372036854775807, 9223372036854775807] is not possible");
        WeightValues.Defect(new TensorProto { DataType = (int)DataType.Float, Dims = { -1 } }).ShouldBe("its shape [-1] is not possible");
        WeightValues.Defect(new TensorProto { DataType = (int)DataType.Int8, Dims = { 1 } }).ShouldBe("its element type is int8");
        WeightValues.Defect(new TensorProto { DataType = 99, Dims = { 1 } }).ShouldBe("its element type is type 99");
    }
}
