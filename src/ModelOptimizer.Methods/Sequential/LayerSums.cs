using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>Adds up moments of what a layer reads and shall give, batch after batch.</summary>
/// <param name="sessions">Where products run.</param>
/// <param name="moments">Where they are added.</param>
internal sealed class LayerSums(MomentSessions sessions, CrossMoments moments)
{
    private (ImageWindows Windows, bool IsExact, IImageMoments Sums)? _images;
    private bool _isExact;

    /// <summary>Adds samples.</summary>
    /// <param name="windows">Of a batch.</param>
    /// <param name="first">The first.</param>
    /// <param name="end">Behind the last.</param>
    public void Add(LayerWindows windows, int first, int end)
    {
        var images = sessions.OnHost && windows.Images is { IsPaddedInside: true } suited && ImagePrecision.Fits(suited) ? suited : null;
        if (images is not null && first < end)
        {
            _isExact |= !ImagePrecision.Suits(images, windows.Type) || !windows.Varies;
            if (images != _images?.Windows || _isExact != _images?.IsExact)
            {
                AddImages();
                _images = (images, _isExact, Sums(windows, images));
            }
        }

        var step = (int)Math.Clamp(MomentSessions.PatchBytes / windows.BytesOfSample, 1, int.MaxValue);
        for (; first < end; first += step)
        {
            var taken = Math.Min(step, end - first);
            if (images is null)
            {
                var (patches, outputs) = windows.Read(first, taken);
                moments.Add(patches, outputs);
            }
            else
            {
                var (read, wanted) = windows.Whole(first, taken);
                _images!.Value.Sums.Add(taken, read.Span, windows.Type, wanted);
            }
        }
    }

    /// <summary>The moments of all that was added.</summary>
    public CrossMoments Finish()
    {
        AddImages();
        return moments;
    }

    private IImageMoments Sums(LayerWindows windows, ImageWindows images) =>
        _isExact
            ? new ImageMoments<double>(sessions, images, windows.Channels)
            : new ImageMoments<float>(sessions, images, windows.Channels);

    private void AddImages()
    {
        if (_images is { } images)
        {
            moments.Add(images.Sums);
            _images = null;
        }
    }
}
