using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelOptimizer.Tool.Progress;

/// <summary>A line of text where the bars were; they move down.</summary>
internal sealed class LineAbove(string text) : Renderable
{
    // The library goes back to the first bar and writes over it: without this, a line that wraps ends in the rest of a bar.
    private const string EraseToEndOfScreen = "\u001b[J";

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        [Segment.Control(EraseToEndOfScreen), .. ((IRenderable)new Text(text)).Render(options, maxWidth), Segment.LineBreak];
}
