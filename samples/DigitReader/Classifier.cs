using Microsoft.ML.OnnxRuntime;

namespace DigitReader;

/// <summary>Reads digits with an ONNX model: <c>image</c> float32 N×1×28×28 in, <c>logits</c> N×10 out.</summary>
internal sealed class Classifier : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public Classifier(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _session = new InferenceSession(model, options);
    }

    public int Classify(byte[] pixels)
    {
        var values = Array.ConvertAll(pixels, grey => grey / 255f);
        using var image = OrtValue.CreateTensorValueFromMemory(values, [1, 1, Digit.Size, Digit.Size]);
        using var outputs = _session.Run(_run, ["image"], [image], ["logits"]);
        var logits = outputs[0].GetTensorDataAsSpan<float>();
        return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
