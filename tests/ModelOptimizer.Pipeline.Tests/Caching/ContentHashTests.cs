using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Caching;

public sealed class ContentHashTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("a,b\n1,2\n", "a,b\r\n1,2\r\n")]
    [InlineData("a\n\nb", "a\r\n\r\nb")]
    [InlineData("a\nb\n", "a\r\nb\n")]
    public void A_text_is_the_same_with_either_line_end(string one, string other)
    {
        Of("a.csv", one).ShouldBe(Of("b.CSV", other));
        Of("a.npz", one).ShouldNotBe(Of("b.npz", other));
    }

    [Theory]
    [InlineData("a\rb", "ab")]
    [InlineData("a\r", "a")]
    [InlineData("a\r\r\n", "a\r\n")]
    [InlineData("a\nb", "ab")]
    public void Any_other_difference_is_one(string one, string other) => Of("a.csv", one).ShouldNotBe(Of("b.csv", other));

    [Fact]
    public void Lines_end_at_the_border_of_two_reads_too()
    {
        // Reads are of a megabyte.
        var start = new string('x', (1 << 20) - 1);
        Of("a.csv", start + "\r\ny\r").ShouldBe(ContentHash.Of(start + "\ny\r"));
        Of("a.csv", start + "\r\r\n").ShouldBe(ContentHash.Of(start + "\r\n"));
        Of("a.csv", start + "\ry").ShouldBe(ContentHash.Of(start + "\ry"));
        Of("a.csv", start + "\r").ShouldBe(ContentHash.Of(start + "\r"));
    }

    public void Dispose() => _folder.Dispose();

    private string Of(string name, string content)
    {
        File.WriteAllText(_folder[name], content);
        return ContentHash.OfFile(_folder[name]);
    }
}
