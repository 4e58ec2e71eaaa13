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
        var random = new Random(bits);
        var codes = new sbyte[layout.Codes * Groups];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)random.Next(-(1 << (bits - 1)), 1 << (bits - 1));
        }

        var offset = 1 << (bits - 1);
        var bytes = layout.Pack(codes, offset);

        var terms = layout.Terms(0, 1);
        for (var i = 0; i < codes.Length; i++)
        {
            var (code, group) = (i / Groups, i % Groups);
            terms.Sum(term => term.Factors[code] * (bytes[(term.Row * Groups) + group] >> term.Shift)).ShouldBe(codes[i] + offset);
        }
    }

    // One group with all bits set in each code.
    private static byte[] Used(CodeLayout layout) => layout.Pack([.. Enumerable.Repeat((sbyte)-1, layout.Codes)], offset: 0);
}
