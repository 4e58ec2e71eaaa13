namespace ModelOptimizer.Onnx.Values;

/// <summary>The upper half of a float32.</summary>
internal static class BFloat16
{
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Nearest, ties to even.</summary>
    public static ushort FromDouble(double value)
    {
        if (double.IsNaN(value))
        {
            return 0x7FC0;
        }

        var bits = RoundToOdd(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    // Rounding twice (to float32, then to bfloat16) may turn a near tie into a tie; an odd last bit remembers that something was cut off.
    private static uint RoundToOdd(double value)
    {
        var nearest = (float)value;
        var bits = BitConverter.SingleToUInt32Bits(nearest);
        if (nearest == value || float.IsInfinity(nearest))
        {
            return bits;
        }

        return (Math.Abs((double)nearest) > Math.Abs(value) ? bits - 1 : bits) | 1;
    }
}
