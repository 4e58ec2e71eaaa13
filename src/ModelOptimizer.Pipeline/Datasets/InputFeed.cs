using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Turns the samples of an array into values of a model input.</summary>
internal sealed class InputFeed
{
    /// <summary>Bytes that the tensor of one batch may have.</summary>
    private const long LargestTensor = 1L << 30;

    private readonly DatasetPlan _dataset;
    private readonly PreprocessPlan _preprocess;
    private readonly ModelTensor _input;
    private readonly double[] _offsets;
    private readonly double[] _divisors;
    private readonly bool _isTransposed;
    private readonly bool _isCopy;

    public InputFeed(DatasetPlan dataset, ModelTensor input, ArraySource source)
    {
        _dataset = dataset;
        _input = input;
        Source = source;
        var preprocess = _preprocess = dataset.Preprocess.Of(input.Name);
        if (ElementWriter.Width(input.Type) == 0)
        {
            throw Error(
                DataCodes.InputType,
                $"cannot feed the model input '{input.Name}', whose element type is {input.Type}. Only models with numeric inputs can be measured"
            );
        }

        _isTransposed = preprocess.Layout == "NHWC";
        var laidOut = LaidOut(source);
        if (preprocess.IsReversed && laidOut is not [3, _, _])
        {
            throw Error(
                DataCodes.Preprocess,
                $"has 'channels: bgr', which needs samples of three channels; those of {source.Name} have shape {ShapeText.Of(source.Header.SampleShape)}. "
                    + "Leave 'channels' out, or write 'layout: NHWC' where the channels are last"
            );
        }

        var shaped = Shaped(source, laidOut);
        Fit = ShapeFit.Of(shaped, input.Shape) ?? throw Mismatch(source, laidOut, shaped);
        (_offsets, _divisors) = PerChannel(preprocess, laidOut, shaped);
        _isCopy = !_isTransposed && !preprocess.IsReversed && preprocess.Scale == 1 && _offsets is [0] && _divisors is [1]
            && ElementWriter.IsSame(source.Header.Format, input.Type);
        SampleBytes = source.Header.SampleElements <= LargestTensor / ElementWriter.Width(input.Type) / Math.Max(1, Fit.Batch ?? 1)
            ? (int)source.Header.SampleElements * ElementWriter.Width(input.Type)
            : throw Error(DataCodes.Batches, $"does not fit into memory: input '{input.Name}' takes {source.Header.SampleElements} values a sample");
    }

    /// <summary>Where the samples come from.</summary>
    public ArraySource Source { get; }

    /// <summary>Their place in the input.</summary>
    public ShapeFit Fit { get; }

    /// <summary>Bytes of a sample as the model takes it.</summary>
    public int SampleBytes { get; }

    /// <summary>The input's tensor for <paramref name="count"/> samples.</summary>
    public HostTensor Tensor(int count) =>
        new(_input.Type, Fit.Batch is null ? Fit.Shape : [count, .. Fit.Shape], new byte[checked(count * SampleBytes)]);

    /// <summary>Converts one sample.</summary>
    /// <param name="raw">The sample as it is in the file, in the machine's byte order.</param>
    /// <param name="values">Room for its values.</param>
    /// <param name="target">Room for its bytes in the tensor.</param>
    /// <param name="index">Its number, for messages.</param>
    public void Convert(ReadOnlySpan<byte> raw, Scratch values, Span<byte> target, long index)
    {
        if (_isCopy)
        {
            raw.CopyTo(target);
            return;
        }

        var current = values.First;
        Source.Header.Format.ToDouble(raw, current);
        if (_isTransposed)
        {
            ToChannelsFirst(current, values.Second, (int)Source.Header.Shape[^1]);
            current = values.Second;
        }

        if (_preprocess.IsReversed)
        {
            Swap(current);
        }

        Normalise(current);
        try
        {
            ElementWriter.Write(_input.Type, current, target);
        }
        catch (DataProblem problem)
        {
            throw Error(problem.Code, $"has in sample {index} of {Source.Name} a value that input '{_input.Name}' cannot take: {problem.Message}");
        }
    }

    private static void ToChannelsFirst(double[] from, double[] to, int channels)
    {
        var pixels = from.Length / channels;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                to[(channel * pixels) + pixel] = from[(pixel * channels) + channel];
            }
        }
    }

    // The first channel and the last of three.
    private static void Swap(double[] values)
    {
        var pixels = values.Length / 3;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            (values[pixel], values[(2 * pixels) + pixel]) = (values[(2 * pixels) + pixel], values[pixel]);
        }
    }

    private void Normalise(double[] values)
    {
        var scale = _preprocess.Scale;
        var block = values.Length / _offsets.Length;
        for (var channel = 0; channel < _offsets.Length; channel++)
        {
            var (offset, divisor) = (_offsets[channel], _divisors[channel]);
            foreach (ref var value in values.AsSpan(channel * block, block))
            {
                value = ((value * scale) - offset) / divisor;
            }
        }
    }

    private long[] LaidOut(ArraySource source)
    {
        var shape = source.Header.SampleShape;
        return !_isTransposed ? shape
            : shape.Length == 3 ? [shape[2], shape[0], shape[1]]
            : throw Error(
                DataCodes.Preprocess,
                $"has 'layout: NHWC', which needs samples of shape [height, width, channels]; those of {source.Name} have shape {ShapeText.Of(shape)}. Leave "
                    + "'layout' out, or save the array with a channel dimension"
            );
    }

    private long[] Shaped(ArraySource source, long[] laidOut)
    {
        if (_preprocess.Shape is not { } shape)
        {
            return laidOut;
        }

        return shape.Aggregate(1L, (product, extent) => checked(product * extent)) == source.Header.SampleElements
            ? [.. shape]
            : throw Error(
                DataCodes.Shape,
                $"has 'shape: {ShapeText.Of(shape)}', but a sample of {source.Name} has shape {ShapeText.Of(source.Header.SampleShape)}, which is another "
                    + "number of values"
            );
    }

    /// <summary>One mean and one std for each block of values; channels are the first dimension of the sample as laid out, or else as shaped.</summary>
    private (double[] Mean, double[] Std) PerChannel(PreprocessPlan preprocess, long[] laidOut, long[] shaped)
    {
        var channels = Math.Max(preprocess.Mean.Count, preprocess.Std.Count);
        if (channels > 1 && laidOut.FirstOrDefault(1) != channels && shaped.FirstOrDefault(1) != channels)
        {
            throw Error(
                DataCodes.Preprocess,
                $"has {channels} numbers in 'mean' or 'std', but samples of shape {ShapeText.Of(laidOut)} do not have {channels} channels in their first "
                    + "dimension. Give one number, one for each channel, or 'layout: NHWC' when the channels come last"
            );
        }

        return (Spread(preprocess.Mean), Spread(preprocess.Std));

        double[] Spread(IReadOnlyList<double> numbers) => numbers.Count == channels ? [.. numbers] : [.. Enumerable.Repeat(numbers[0], channels)];
    }

    private DiagnosticException Mismatch(ArraySource source, long[] laidOut, long[] shaped)
    {
        var count = shaped.Product();
        var wanted = _input.Shape.Length > 0 ? _input.Shape[1..] : [];
        var isNhwc = !_isTransposed && laidOut.Length == 3 && ShapeFit.Of([laidOut[2], laidOut[0], laidOut[1]], _input.Shape) is not null;
        var remedy =
            isNhwc ? "Write 'preprocess: { layout: NHWC }', since the channels come last"
            : wanted.All(extent => extent > 0) && wanted.Product() == count
                ? $"If the values are in this order, write 'preprocess: {{ shape: {ShapeText.Of(wanted)} }}'"
            : "Choose another array or model, or give the shape of a sample in 'preprocess'";
        return Error(
            DataCodes.Shape,
            $"does not fit input '{_input.Name}': the model wants {ShapeText.Of(_input.Shape)}, batch first, and a sample of {source.Name} has shape "
                + $"{ShapeText.Of(shaped)}. {remedy}"
        );
    }

    private DiagnosticException Error(string code, string what) => new(code, $"Dataset '{_dataset.Name}' {what}.", _dataset.Position);
}
