using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>How a weight is stored: as codes of a few bits times a scale for each output channel, or in float16.</summary>
/// <param name="Name">The word in the manifest.</param>
/// <param name="Bits">Bits of a stored number.</param>
/// <param name="Lowest">The smallest code.</param>
/// <param name="Highest">The largest code; 0 for float16, which has none.</param>
internal sealed record WeightFormat(string Name, int Bits, int Lowest, int Highest)
{
    private const int ScaleBits = 32;

    // The largest number of one channel is at most so many times that of another.
    private const double MostUneven = 4;

    /// <summary>float16 numbers, without scales.</summary>
    public static WeightFormat Half { get; } = new("fp16", 16, 0, 0);

    /// <summary>−1, 0 and 1, in the container of 2 bits.</summary>
    public static WeightFormat Ternary { get; } = new("ternary", 2, -1, 1);

    /// <summary>One byte.</summary>
    public static WeightFormat Byte { get; } = Signed(8);

    /// <summary>7 bits in a byte: what <c>reduce-range</c> makes of <see cref="Byte"/>.</summary>
    public static WeightFormat Reduced { get; } = Byte with { Name = "8 reduced", Lowest = -(1 << 6), Highest = (1 << 6) - 1 };

    /// <summary>All that a manifest can name, the widest first.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } = [Half, Byte, Signed(6), Signed(5), Signed(4), Signed(3), Signed(2), Ternary];

    /// <summary>Whether numbers are codes with scales.</summary>
    public bool HasCodes => Highest > 0;

    /// <summary>The choice that stands for it.</summary>
    public Choice.Bits Choice => new(this == Ternary ? 1 : Bits);

    /// <summary>The format of a choice; null when there is none.</summary>
    public static WeightFormat? Of(Choice? choice) => All.FirstOrDefault(format => format.Choice.Text == choice?.Text);

    /// <summary>The format called <paramref name="name"/>; null when there is none.</summary>
    public static WeightFormat? Find(string name) => name == Reduced.Name ? Reduced : All.FirstOrDefault(format => format.Name == name);

    /// <summary>The number that <paramref name="code"/> stands for: one multiplication in float32, as the graph does it.</summary>
    public static float Value(int code, float scale) => code * scale;

    /// <summary>The code whose number is nearest to <paramref name="value"/>; 0 where the scale is 0.</summary>
    public int Code(double value, float scale) => scale == 0 ? 0 : (int)Math.Clamp(Math.Round(value / scale), Lowest, Highest);

    /// <summary>
    /// What takes fewer bytes than this and says more: a scale for every channel of a few numbers is more than their codes, where one scale for all and codes
    /// of a byte are less.
    /// </summary>
    /// <param name="width">D, the numbers of a channel.</param>
    /// <param name="weight">Gives W, T×D.</param>
    public WeightFormat OrLess(int width, Func<Matrix> weight) =>
        HasCodes && width * Byte.Bits < (width * Bits) + ScaleBits && Byte.HasOneScale(weight()) ? Byte : this;

    /// <summary>Whether one scale is for all channels of <paramref name="weight"/>: there are a few numbers in each, of about the same size.</summary>
    public bool HasOneScale(Matrix weight)
    {
        if (this != Byte || weight.Columns * Bits > 2 * ScaleBits)
        {
            return false;
        }

        List<double> largest = [.. Enumerable.Range(0, weight.Rows).Select(row => Math.Abs(TensorPrimitives.MaxMagnitude<double>(weight.Row(row))))];
        return largest.Max() <= MostUneven * largest.Where(value => value > 0).DefaultIfEmpty().Min();
    }

    // Two's complement has one more code below zero than above.
    private static WeightFormat Signed(int bits) => new($"{bits}", bits, -(1 << (bits - 1)), (1 << (bits - 1)) - 1);
}
