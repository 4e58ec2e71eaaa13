using ModelOptimizer.Onnx.Layers;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Windows of stride 1 that move over images of one extent.</summary>
/// <param name="Channels">C, of the images.</param>
/// <param name="Rows">Lines.</param>
/// <param name="Columns">Columns.</param>
internal sealed record ImageWindows(int Channels, ImageAxis Rows, ImageAxis Columns)
{
    // Fewer channels and products are too small for the runtime; more taps and there are more corners than pixels.
    private const int FewestChannels = 16;
    private const int MostTaps = 25;

    /// <summary>K.</summary>
    public int Taps => Rows.Kernel * Columns.Kernel;

    /// <summary>Windows of one image.</summary>
    public int Positions => Rows.Positions * Columns.Positions;

    /// <summary>Numbers from one image of a channel to the next in <see cref="PitchedImages{T}"/>.</summary>
    public int Pitch => Rows.Pitch * Columns.Pitch;

    /// <summary>Bytes of one sample in float64 there.</summary>
    public long BytesOfSample => (long)sizeof(double) * Channels * Pitch;

    /// <summary>Whether a tap never stands further from the image than the zeros between images reach.</summary>
    public bool IsPaddedInside => new[] { Rows, Columns }.All(axis => axis is { PadBefore: >= 0, PadAfter: >= 0 }
        && axis.PadBefore < axis.Kernel && axis.PadAfter < axis.Kernel);

    /// <summary>The windows of images of <paramref name="shape"/>, samples first; null where products of shifted images do not pay.</summary>
    public static ImageWindows? Of(ConvGeometry window, long[] shape) =>
        window is { Kernel.Length: 2, Group: 1, Spread: null, Taps: <= MostTaps }
        && window.Strides.All(stride => stride == 1)
        && window.Dilations.All(dilation => dilation == 1)
        && shape[1] >= FewestChannels
        && shape[2] >= window.Kernel[0]
        && shape[3] >= window.Kernel[1]
            ? new ImageWindows((int)shape[1], ImageAxis.Of(window, shape, 0), ImageAxis.Of(window, shape, 1))
            : null;
}

/// <summary>One of the two axes of an image over which windows of stride 1 move.</summary>
internal sealed record ImageAxis(int Extent, int Kernel, int PadBefore, int PadAfter)
{
    /// <summary>From one line to the next, with as many zeros between them as an offset of two taps can reach.</summary>
    public int Pitch => Extent + Kernel - 1;

    /// <summary>How many places the window has.</summary>
    public int Positions => Extent + PadBefore + PadAfter - Kernel + 1;

    /// <param name="window">The window.</param>
    /// <param name="shape">The activation's extents, samples and channels first.</param>
    /// <param name="axis">0 for lines, 1 for columns.</param>
    public static ImageAxis Of(ConvGeometry window, long[] shape, int axis) =>
        new((int)shape[axis + 2], window.Kernel[axis], window.Pads[axis], window.Pads[axis + 2]);

    /// <summary>The first place that a tap stands on, and that behind the last.</summary>
    public (int First, int End) Seen(int tap) =>
        (Math.Max(0, tap - PadBefore), Math.Min(Extent, tap - PadBefore + Positions));

    /// <summary>Places with another at <paramref name="offset"/> from them, on which a tap never stands.</summary>
    public IEnumerable<int> MissedBy(int tap, int offset)
    {
        var (first, end) = Seen(tap);
        return Enumerable.Range(0, Extent).Where(place => place + offset >= 0 && place + offset < Extent && (place < first || place >= end));
    }

    /// <summary>The same of any tap that has another at <paramref name="offset"/>.</summary>
    public IEnumerable<int> Missed(int offset) => Enumerable.Range(0, Kernel)
        .Where(tap => tap + offset >= 0 && tap + offset < Kernel)
        .SelectMany(tap => MissedBy(tap, offset))
        .Distinct()
        .Order();
}
