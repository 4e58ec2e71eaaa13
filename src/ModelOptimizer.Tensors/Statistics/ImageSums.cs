using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Sums of products of windows over images of one extent, batch after batch.</summary>
internal interface IImageSums
{
    /// <summary>Adds samples.</summary>
    /// <param name="values">Their numbers, n×C×H×W.</param>
    /// <param name="type">The numbers' type.</param>
    /// <param name="samples">n.</param>
    void Add(ReadOnlySpan<byte> values, TensorElementType type, int samples);

    /// <summary>Adds the sums to Σ of all windows, D×D with index s·K + k, and to μ.</summary>
    void AddTo(Matrix sigma, double[] mean);
}

/// <summary>The same by <see cref="ShiftedProducts{T}"/>.</summary>
/// <typeparam name="T">What products are computed in, for float of some thousand pixels each; sums are float64.</typeparam>
internal sealed class ImageSums<T>(MomentSessions sessions, ImageWindows windows) : IImageSums
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ShiftedProducts<T> _products = new(sessions, windows);

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> values, TensorElementType type, int samples)
    {
        var most = typeof(T) == typeof(float) ? ImagePrecision.PixelsOfProduct / windows.Pitch : (int)(MomentSessions.PatchBytes / windows.BytesOfSample);
        var bytes = values.Length / samples;
        for (var sample = 0; sample < samples;)
        {
            var taken = Math.Min(Math.Max(1, most), samples - sample);
            var zeros = sessions.Zeros<T>(PitchedImages<T>.Size(windows, windows.Channels, taken));
            var images = new PitchedImages<T>(windows, windows.Channels, taken, zeros);
            images.Fill(0, taken, values.Slice(sample * bytes, taken * bytes), type, windows.Rows.Extent, windows.Columns.Extent);
            _products.Add(images);
            sample += taken;
        }
    }

    /// <inheritdoc/>
    public void AddTo(Matrix sigma, double[] mean) => _products.AddTo(sigma, mean);
}

/// <summary>Where products of images may be computed in float32: about 1e-7 of an energy is lost.</summary>
internal static class ImagePrecision
{
    /// <summary>How many products float32 adds up before float64 does.</summary>
    public const int PixelsOfProduct = 1 << 13;

    // Of one image, whose products are added up as one.
    private const int MostPixels = 1 << 15;

    // Below this what is lost would be seen in what is left without the mean.
    private const double LeastVariance = 1e-3;

    /// <summary>Whether an image is not too large for that.</summary>
    public static bool Fits(ImageWindows windows) => windows.Pitch <= MostPixels;

    /// <summary>Whether they may of one image.</summary>
    /// <param name="windows">Its windows.</param>
    /// <param name="type">Its numbers' type.</param>
    public static bool Suits(ImageWindows windows, TensorElementType type) => type != TensorElementType.Double && Fits(windows);

    /// <summary>Whether enough of the energy of what is read is variance of its channels.</summary>
    /// <param name="values">Images, n×C×H×W.</param>
    /// <param name="type">The numbers' type.</param>
    /// <param name="samples">n.</param>
    /// <param name="channels">C.</param>
    public static bool Varies(ReadOnlySpan<byte> values, TensorElementType type, int samples, int channels)
    {
        var bytes = values.Length / samples / channels;
        var plane = new float[bytes / PitchedImages<float>.SizeOf(type)];
        var (energy, mean) = (0.0, 0.0);
        for (var channel = 0; channel < channels; channel++)
        {
            var sum = 0.0;
            for (var sample = 0; sample < samples; sample++)
            {
                PitchedImages<float>.Convert(values.Slice(((sample * channels) + channel) * bytes, bytes), type, plane);
                sum += TensorPrimitives.Sum<float>(plane);
                energy += TensorPrimitives.SumOfSquares<float>(plane);
            }

            mean += sum * sum / ((double)samples * plane.Length);
        }

        return energy - mean >= LeastVariance * energy;
    }
}
