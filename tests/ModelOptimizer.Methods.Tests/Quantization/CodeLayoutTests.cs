using ModelOptimizer.Methods.Quantization;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class CodeLayoutTests
{
    public static TheoryData<int> Widths() => [2, 3, 4, 5, 6];

    [Theory]
    [MemberData(nameof(Widths))]
    public void No_bit_is_lost(int bits)
    {
        var layout = CodeLayout.Of(bits);

        (8 * layout.Rows).ShouldBe(bits * layout.Codes);
        Used(layout).ShouldAllBe(bytes => bytes == 0xFF);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Factors_give_the_codes_back(int bits)
    {
        const int Groups = 50;
        var layout = CodeLayout.Of(bits);
        var codes = Random(layout, Groups);
        var offset = 1 << (bits - 1);
        var bytes = layout.Pack(codes, offset);

        var terms = layout.Terms(0, 1);
        for (var i = 0; i < codes.Length; i++)
        {
            var (code, group) = (i / Groups, i % Groups);
            terms.Sum(term => term.Factors[code] * (bytes[(term.Row * Groups) + group] >> term.Shift)).ShouldBe(codes[i] + offset);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void What_was_packed_is_unpacked(int bits)
    {
        var layout = CodeLayout.Of(bits);
        var codes = Random(layout, 20);

        foreach (var offset in new[] { 0, 1 << (bits - 1) })
        {
            layout.Unpack(layout.Pack(codes, offset), offset).ShouldBe(codes);
        }
    }

    private static sbyte[] Random(CodeLayout layout, int groups)
    {
        var random = new Random(layout.Bits);
        var highest = 1 << (layout.Bits - 1);
        return [.. Enumerable.Range(0, layout.Codes * groups).Select(_ => (sbyte)random.Next(-highest, highest))];
    }

    // One group with all bits set in each code.
    private static byte[] Used(CodeLayout layout) => layout.Pack([.. Enumerable.Repeat((sbyte)-1, layout.Codes)], offset: 0);
}
