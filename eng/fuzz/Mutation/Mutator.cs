namespace ModelOptimizer.Fuzz.Mutation;

/// <summary>Changes an input a little: by what its form knows, or just its bytes.</summary>
internal static class Mutator
{
    /// <summary>A mutation of <paramref name="specimen"/>.</summary>
    /// <param name="specimen">What is changed.</param>
    /// <param name="others">What parts may come from.</param>
    /// <param name="random">Decides.</param>
    public static byte[] Mutate(Specimen specimen, IReadOnlyList<Specimen> others, Random random)
    {
        var content = specimen.Content;
        // Structure first, and now and then some damage to the result.
        var isBlunt = specimen.Form == Form.Bytes || random.Next(6) == 0;
        for (var times = isBlunt ? 0 : 1 + (random.Next(3) / 2 * random.Next(3)); times > 0; times--)
        {
            content = specimen.Form switch
            {
                Form.Json => JsonMutation.Mutate(content, random),
                Form.Model => ModelMutation.Mutate(content, random),
                _ => TextMutation.Mutate(content, random),
            };
        }

        for (var times = isBlunt ? 1 + random.Next(3) : random.Next(16) == 0 ? 1 : 0; times > 0; times--)
        {
            content = Bytes(content, others[random.Next(others.Count)].Content, random);
        }

        return content;
    }

    private static byte[] Bytes(byte[] content, byte[] other, Random random)
    {
        if (content.Length == 0)
        {
            return other;
        }

        // Headers are where the decisions are.
        var at = random.Next(2) == 0 ? random.Next(content.Length) : random.Next(Math.Min(content.Length, 64));
        var length = Math.Min(content.Length - at, 1 + random.Next(random.Next(3) == 0 ? 256 : 8));
        switch (random.Next(9))
        {
            case 0:
                return Changed(content, copy => copy[at] ^= (byte)(1 << random.Next(8)));
            case 1:
                return Changed(content, copy => copy[at] = Values.Bytes[random.Next(Values.Bytes.Length)]);
            case 2:
                return content[..at];
            case 3:
                return [.. content[..at], .. content[(at + length)..]];
            case 4:
                return [.. content[..(at + length)], .. content[at..]];
            case 5:
                return [.. content[..at], .. Values.Number(random), .. content[at..]];
            case 6:
                var number = Values.Number(random);
                return [.. content[..at], .. number, .. content[Math.Min(content.Length, at + number.Length)..]];
            case 7 when other.Length > 0:
                var start = random.Next(other.Length);
                return [.. content[..at], .. other[start..Math.Min(other.Length, start + length)], .. content[(at + length)..]];
            default:
                return Changed(content, copy => random.NextBytes(copy.AsSpan(at, length)));
        }
    }

    private static byte[] Changed(byte[] content, Action<byte[]> change)
    {
        byte[] copy = [.. content];
        change(copy);
        return copy;
    }
}

/// <summary>Values at which programs go wrong.</summary>
internal static class Values
{
    public static byte[] Bytes { get; } = [0, 1, 0x7F, 0x80, 0xFF, (byte)'\n', (byte)'"', (byte)'{', (byte)'['];

    public static long[] Whole { get; } =
    [
        0, 1, -1, 2, 3, 7, 255, 256, 65535, int.MaxValue, int.MinValue, 1L << 31, 1L << 32, (1L << 32) - 1, long.MaxValue, long.MinValue, 1L << 62, 1_000_000,
        3_037_000_500, 46341,
    ];

    public static double[] Real { get; } =
        [0, -0.0, 1, -1, 0.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e308, -1e308, 5e-324, 1e-30, 3.5e38, 1e16, 2147483648, 9.3e18];

    public static string[] Names { get; } =
    [
        "", " ", "a", "..", ".", "/", "../beside", "../outside/secret.bin", "/etc/hostname", "a/b", "a\\b", "C:\\x", "\0", "a\0b", "\u001b[31m", "a\nb", "\u202e",
        "\ud83d\ude00", "\uFFFD", "con", "nul.txt", "*", "?", "<x>", "\"", "'", "{0}", "%s", "$(x)", "#", "~", "-", "--help", new('x', 300), new('é', 5000), "NaN",
        "null", "true", "state.json", ".staging", "build.lock", "models",
    ];

    /// <summary>A whole or real number in some width and order of bytes.</summary>
    public static byte[] Number(Random random)
    {
        var whole = Whole[random.Next(Whole.Length)];
        byte[] bytes = random.Next(4) switch
        {
            0 => BitConverter.GetBytes(whole),
            1 => BitConverter.GetBytes(unchecked((int)whole)),
            2 => BitConverter.GetBytes((float)Real[random.Next(Real.Length)]),
            _ => BitConverter.GetBytes(Real[random.Next(Real.Length)]),
        };
        return random.Next(2) == 0 ? bytes : [.. bytes.Reverse()];
    }
}
