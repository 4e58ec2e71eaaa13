using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Images of some samples: a channel is one row, images below each other, with as many zeros behind every line and image as an offset of two taps can reach, so
/// that a product with an offset is that of two views of the same numbers.
/// </summary>
/// <typeparam name="T">What the products are computed in: float or double.</typeparam>
internal sealed class PitchedImages<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ImageWindows _window;

    /// <param name="window">Windows that move over them, or over those that they shall be multiplied with: they give the distances.</param>
    /// <param name="channels">Rows.</param>
    /// <param name="samples">Images in each row.</param>
    /// <param name="zeros">An array of at least <see cref="Size"/> zeros.</param>
    public PitchedImages(ImageWindows window, int channels, int samples, T[] zeros) =>
        (_window, Channels, Samples, Values, Length) = (window, channels, samples, zeros, samples * window.Pitch);

    public int Channels { get; }

    public int Samples { get; }

    /// <summary>Numbers in a row.</summary>
    public int Length { get; }

    public T[] Values { get; }

    /// <summary>How many numbers such images take: behind the last channel there is more than an offset reaches.</summary>
    public static int Size(ImageWindows window, int channels, int samples) => checked(((channels * samples) + 1) * window.Pitch);

    /// <summary>Writes images of some samples.</summary>
    /// <param name="first">The first of these samples.</param>
    /// <param name="samples">n.</param>
    /// <param name="values">Their numbers, n×C×H×W.</param>
    /// <param name="type">The numbers' type.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public void Fill(int first, int samples, ReadOnlySpan<byte> values, TensorElementType type, int height, int width)
    {
        var bytes = values.Length / (samples * Channels * height);
        for (var (sample, from) = (first, 0); sample < first + samples; sample++)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                for (var y = 0; y < height; y++, from += bytes)
                {
                    Convert(values.Slice(from, bytes), type, Line(channel, sample, y, width));
                }
            }
        }
    }

    public Span<T> Line(int channel, int sample, int y, int width) =>
        Values.AsSpan((channel * Length) + (sample * _window.Pitch) + (y * _window.Columns.Pitch), width);

    /// <summary>Numbers at the same place of every image, as rows of <paramref name="count"/> for each sample with zeros behind the last.</summary>
    /// <param name="first">The first in an image.</param>
    /// <param name="count">How many.</param>
    /// <param name="step">From one to the next.</param>
    public T[] Cut(int first, int count, int step)
    {
        WorkingMemory.Expect(Unsafe.SizeOf<T>() * ((long)(Channels * Samples * count) + _window.Pitch));
        var strip = new T[(Channels * Samples * count) + _window.Pitch];
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                var from = (channel * Length) + (sample * _window.Pitch) + first;
                var to = strip.AsSpan(((channel * Samples) + sample) * count, count);
                for (var i = 0; i < count; i++)
                {
                    to[i] = Values[from + (i * step)];
                }
            }
        }

        return strip;
    }

    /// <summary>Bytes of a number of a floating-point type.</summary>
    public static int SizeOf(TensorElementType type) => type switch { TensorElementType.Double => 8, TensorElementType.Float => 4, _ => 2 };

    /// <summary>Numbers of a floating-point type as T.</summary>
    public static void Convert(ReadOnlySpan<byte> values, TensorElementType type, Span<T> to)
    {
        switch (type)
        {
            case TensorElementType.Float:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, float>(values), to);
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, Half>(values), to);
                break;
            case TensorElementType.BFloat16:
                var words = MemoryMarshal.Cast<byte, ushort>(values);
                for (var i = 0; i < words.Length; i++)
                {
                    to[i] = T.CreateTruncating(BFloat16.ToSingle(words[i]));
                }

                break;
            default:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(values), to);
                break;
        }
    }
}

/// <summary>Products of views of two arrays, a·bᵀ, added up in float64.</summary>
/// <typeparam name="T">What they are computed in.</typeparam>
/// <param name="sessions">Where products run.</param>
/// <param name="rows">Rows of a.</param>
/// <param name="columns">Rows of b.</param>
internal sealed class ViewProduct<T>(MomentSessions sessions, int rows, int columns)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of a symmetric product, which is computed up to the diagonal's blocks: high enough for full speed, and a quarter is enough of them.
    private const int LeastBlock = 128;
    private const int MostBlocks = 4;

    private readonly T[] _product = new T[rows * columns];

    private static TensorElementType Type => typeof(T) == typeof(float) ? TensorElementType.Float : TensorElementType.Double;

    /// <summary>Adds the product of a and b, b moved by <paramref name="shift"/> numbers against a.</summary>
    /// <param name="sum">Where it is added.</param>
    /// <param name="a">Of <paramref name="length"/> numbers a row.</param>
    /// <param name="b">As a.</param>
    /// <param name="shift">What is moved over a row's end meets zeros.</param>
    /// <param name="length">Numbers in a row.</param>
    public void AddTo(Matrix sum, T[] a, T[] b, int shift, int length) =>
        AddBlock(sum, (a, Math.Max(0, -shift), 0, rows), (b, Math.Max(0, shift), columns), length);

    /// <summary>Adds a·aᵀ: what is above the diagonal need not be right.</summary>
    /// <param name="sum">Where it is added.</param>
    /// <param name="a">Of <paramref name="length"/> numbers a row.</param>
    /// <param name="length">Numbers in a row.</param>
    public void AddSquare(Matrix sum, T[] a, int length)
    {
        var height = Math.Max(LeastBlock, (rows + MostBlocks - 1) / MostBlocks);
        for (var first = 0; first < rows; first += height)
        {
            var count = Math.Min(height, rows - first);
            AddBlock(sum, (a, 0, first, count), (a, 0, first + count), length);
        }
    }

    private void AddBlock(Matrix sum, (T[] Values, int Start, int Row, int Rows) a, (T[] Values, int Start, int Rows) b, int length)
    {
        var size = Marshal.SizeOf<T>();
        PinnedTensor View(T[] values, long start, int count) => new(values, Type, [count, length], size * start, (long)size * count * length);
        using (var left = View(a.Values, a.Start + ((long)a.Row * length), a.Rows))
        using (var right = View(b.Values, b.Start, b.Rows))
        using (var product = new PinnedTensor(_product, Type, [a.Rows, b.Rows], 0, (long)size * a.Rows * b.Rows))
        {
            sessions.Product<T>().RunNative(["a", "b"], [left.Value, right.Value], ["y"], [product.Value]);
        }

        Span<double> part = stackalloc double[256];
        for (var row = 0; row < a.Rows; row++)
        {
            for (var first = 0; first < b.Rows; first += part.Length)
            {
                var count = Math.Min(part.Length, b.Rows - first);
                TensorPrimitives.ConvertTruncating<T, double>(_product.AsSpan((row * b.Rows) + first, count), part);
                var sums = sum.Row(a.Row + row).Slice(first, count);
                TensorPrimitives.Add(sums, part[..count], sums);
            }
        }
    }
}
