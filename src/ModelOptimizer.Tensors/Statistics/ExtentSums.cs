using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Sums of windows of stride 1 without the windows, one for each of the first few extents of images.</summary>
/// <param name="sessions">Where products run.</param>
/// <param name="key">Whose windows they are.</param>
internal sealed class ExtentSums(MomentSessions sessions, MomentKey key)
{
    // More, and their sums take more memory than patches.
    private const int MostExtents = 3;

    // From so many multiply-adds on, some tenths of a second, what float32 leaves is accuracy enough.
    private const double ManyProducts = 1.2e10;

    private readonly Dictionary<(long Height, long Width, bool IsSingle), IImageSums> _sums = [];

    // Whether products are computed in float32, as long as images vary.
    private bool _isSingle;

    /// <summary>Says how many multiply-adds will come.</summary>
    public void Expect(double products) => _isSingle = key.Window is not null && products > ManyProducts;

    /// <summary>
    /// The windows over an activation of <paramref name="shape"/> where they need not be written out. A 1×1 kernel's are the image itself, which
    /// <paramref name="graph"/> takes by halves too.
    /// </summary>
    public ImageWindows? Windows(MomentGraph graph, long[] shape) =>
        sessions is { Exact: true, OnHost: true } && graph.Groups == 1 && key.Window is { } window && shape.Product() > 0
        && ImageWindows.Of(window.Resolve(shape[2..]), shape) is { } windows
        && (_isSingle || windows.Taps > 1)
        && windows.BytesOfSample <= MomentSessions.PatchBytes
        && (_sums.Keys.Any(seen => (seen.Height, seen.Width) == (shape[2], shape[3])) || _sums.Count < MostExtents)
            ? windows
            : null;

    /// <summary>Adds images.</summary>
    /// <returns>How many windows they have.</returns>
    public long Add(ReadOnlySpan<byte> values, ImageWindows windows, OrtTensorTypeAndShapeInfo info)
    {
        var (shape, type) = (info.Shape, info.ElementDataType);
        _isSingle &= ImagePrecision.Suits(windows, type) && ImagePrecision.Varies(values, type, (int)shape[0], windows.Channels);
        var extent = (shape[2], shape[3], _isSingle);
        if (!_sums.TryGetValue(extent, out var sums))
        {
            _sums.Add(extent, sums = _isSingle ? new ImageSums<float>(sessions, windows) : new ImageSums<double>(sessions, windows));
        }

        sums.Add(values, type, (int)shape[0]);
        return shape[0] * windows.Positions;
    }

    /// <summary>Adds the sums to Σ of all windows and to μ, and lets them go.</summary>
    public void AddTo(Matrix sigma, double[] mean)
    {
        foreach (var images in _sums.Values)
        {
            images.AddTo(sigma, mean);
        }

        _sums.Clear();
    }
}
