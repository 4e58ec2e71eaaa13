using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Common;

/// <summary>
/// Products of constants, which runtimes compute once, when they load the model; those of 16-bit numbers in float32. ONNX Runtime's CPU has no product of
/// 16-bit numbers and puts casts around it, from 1.30 on after it has computed what constants give: the weight would be multiplied out again in every run.
/// Casts that are in the file come in time.
/// </summary>
internal static class LoadTimeProduct
{
    /// <summary>A constant of the writer's element type as an operand.</summary>
    public static string Operand(this GraphWriter write, string suffix, string castSuffix, double[] values, params long[] dims)
    {
        var constant = write.Numbers(suffix, values, dims);
        return IsNarrow(write.ElementType) ? write.Cast(constant, DataType.Float, castSuffix) : constant;
    }

    /// <summary>A product of operands in the writer's element type.</summary>
    public static string Rounded(this GraphWriter write, string product, string castSuffix) =>
        IsNarrow(write.ElementType) ? write.Cast(product, (DataType)write.ElementType, castSuffix) : product;

    /// <summary>Whether products are in another type than <paramref name="elementType"/>.</summary>
    public static bool IsNarrow(int elementType) => ElementTypes.Bits(elementType) == 16;
}
