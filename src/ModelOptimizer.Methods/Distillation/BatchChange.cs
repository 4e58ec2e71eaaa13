using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// Changes the samples of a batch: images are mirrored and moved, everything gets noise, and pairs are mixed (mixup: Zhang, Cissé, Dauphin, Lopez-Paz, arXiv
/// 1710.09412, with λ uniform as in Beyer et al., arXiv 2106.05237). The draws of a step follow from the seed and its number, so that a training that goes on
/// from a checkpoint sees the same batches.
/// </summary>
internal sealed class BatchChange
{
    // Of an image's side, by which auto moves it at most.
    private const int AutoShift = 8;

    private readonly Augmentation _what;
    private readonly IReadOnlyList<string> _inputs;
    private readonly Image? _image;
    private readonly IReadOnlyDictionary<string, double> _deviations;
    private readonly int _seed;

    private BatchChange(Augmentation what, IReadOnlyList<string> inputs, Image? image, IReadOnlyDictionary<string, double> deviations, int seed) =>
        (_what, _inputs, _image, _deviations, _seed) = (what, inputs, image, deviations, seed);

    /// <summary>What <paramref name="options"/> want of <paramref name="samples"/>; null where samples are seen as they are.</summary>
    /// <param name="samples">The model's inputs, without labels.</param>
    /// <param name="options">The step's.</param>
    /// <param name="seed">Of the draws.</param>
    /// <exception cref="DiagnosticException">The inputs have nothing that could be changed as it is written (MOC1311).</exception>
    public static BatchChange? Of(SampleStore samples, DistillationOptions options, int seed)
    {
        var inputs = samples.Buffers(1);
        var areFloats = inputs.Values.All(input => input.Type == DataType.Float);
        List<Image> images = [.. inputs.Select(input => Image.Of(input.Key, input.Value)).OfType<Image>()];
        var image = images.Count == 1 ? images[0] : null;
        var what = options.Augment;
        if (what.IsAuto)
        {
            what = new() { Mixup = areFloats, Flip = image?.Channels == 3, Crop = image is null ? 0 : image.Width / AutoShift };
        }
        else if ((what.Flip || what.Crop > 0) && image is null)
        {
            throw Impossible(options, $"'flip' and 'crop' are for images, and the model has {images.Count} inputs of one or three square float32 channels");
        }
        else if ((what.Mixup || what.Noise > 0) && !areFloats)
        {
            var other = inputs.First(input => input.Value.Type != DataType.Float).Key;
            throw Impossible(options, $"'mixup' and 'noise' change float32 inputs, and '{other}' is none");
        }

        return what == Augmentation.None
            ? null
            : new BatchChange(
                what,
                [.. inputs.Keys],
                image,
                what.Noise > 0 ? inputs.Keys.ToDictionary(name => name, name => what.Noise * samples.Spread(name).Deviation, StringComparer.Ordinal) : [],
                seed);
    }

    /// <summary>Changes <paramref name="batch"/>, all inputs and the labels if there are any.</summary>
    public void Apply(long step, IReadOnlyDictionary<string, HostTensor> batch)
    {
        var random = new Random(unchecked((int)((_seed * 0x9E3779B1L) + (step * 0x85EBCA6BL))));
        if (_image is { } image && (_what.Flip || _what.Crop > 0))
        {
            Move(image, batch[image.Name], random);
        }

        foreach (var (name, deviation) in _deviations)
        {
            foreach (ref var value in batch[name].As<float>())
            {
                value += (float)random.NextNormal(deviation);
            }
        }

        if (_what.Mixup)
        {
            Mix([.. _inputs.Append(TrainingColumns.Labels).Where(batch.ContainsKey).Select(name => batch[name])], random);
        }
    }

    private void Move(Image image, HostTensor tensor, Random random)
    {
        var size = image.Planes * image.Height * image.Width * image.Pixel;
        var before = new float[size];
        for (var pixels = tensor.As<float>(); pixels.Length > 0; pixels = pixels[size..])
        {
            var (down, right) = (random.Next(-_what.Crop, _what.Crop + 1), random.Next(-_what.Crop, _what.Crop + 1));
            var isMirrored = _what.Flip && random.Next(2) == 1;
            pixels[..size].CopyTo(before);
            pixels[..size].Clear();
            image.Copy(before, pixels[..size], down, right, isMirrored);
        }
    }

    // Each sample x becomes λx + (1 − λ)x′, x′ the sample at its place in a permutation of the batch.
    private static void Mix(IReadOnlyList<HostTensor> tensors, Random random)
    {
        var count = (int)tensors[0].Shape[0];
        int[] partners = [.. Enumerable.Range(0, count)];
        random.Shuffle(partners);
        var shares = new float[count];
        foreach (ref var share in shares.AsSpan())
        {
            share = (float)random.NextDouble();
        }

        foreach (var tensor in tensors)
        {
            var mixed = tensor.As<float>();
            var (width, before) = (mixed.Length / count, mixed.ToArray());
            for (var i = 0; i < count; i++)
            {
                var row = mixed.Slice(i * width, width);
                TensorPrimitives.Multiply(row, shares[i], row);
                TensorPrimitives.MultiplyAdd(before.AsSpan(partners[i] * width, width), 1 - shares[i], row, row);
            }
        }
    }

    private static DiagnosticException Impossible(DistillationOptions options, string problem) => new(
        MethodCodes.NotAugmentable,
        $"{problem}. Write 'augment: auto', which changes what the inputs allow, or 'augment: none'.",
        options.PositionOf("augment"));

    /// <summary>An input that is square images: channels one after the other, or pixel by pixel.</summary>
    private sealed record Image(string Name, int Channels, int Planes, int Height, int Width, int Pixel)
    {
        public static Image? Of(string name, HostTensor input)
        {
            if (input.Type != DataType.Float || input.Shape.Length != 4)
            {
                return null;
            }

            var (first, middle, last) = ((int)input.Shape[1], (int)input.Shape[2], (int)input.Shape[3]);
            return first is 1 or 3 && middle == last ? new Image(name, first, first, middle, last, 1)
                : last is 1 or 3 && first == middle ? new Image(name, last, 1, first, middle, last)
                : null;
        }

        /// <summary>Copies an image to another place, which is zeros.</summary>
        public void Copy(ReadOnlySpan<float> from, Span<float> to, int down, int right, bool isMirrored)
        {
            for (var line = 0; line < Planes * Height; line++)
            {
                if ((line % Height) - down is var above && (above < 0 || above >= Height))
                {
                    continue;
                }

                var source = from.Slice((line - down) * Width * Pixel, Width * Pixel);
                var target = to.Slice(line * Width * Pixel, Width * Pixel);
                for (var column = Math.Max(0, right); column < Math.Min(Width, Width + right); column++)
                {
                    var own = isMirrored ? Width - 1 - (column - right) : column - right;
                    source.Slice(own * Pixel, Pixel).CopyTo(target[(column * Pixel)..]);
                }
            }
        }
    }
}
