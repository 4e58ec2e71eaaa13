using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>A MatMul and a Conv on a device, compared with plain loops on the host.</summary>
internal static class SelfTest
{
    private const int Size = 6;
    private const float Tolerance = 1e-3f;

    /// <summary>Null when the device computes correctly, otherwise why not.</summary>
    public static string? Run(Device device)
    {
        float[] image = [.. Enumerable.Range(0, Size * Size).Select(i => ((i * 7) % 11) - 5f)];
        float[] kernel = [.. Enumerable.Range(0, 9).Select(i => ((i * 5) % 7) - 3f)];
        try
        {
            using var engine = new Engine(device);
            using var session = engine.CreateSession(Model());
            var outputs = session.Run(new Dictionary<string, HostTensor>
            {
                ["a"] = HostTensor.From<float>(DataType.Float, [Size, Size], image),
                ["x"] = HostTensor.From<float>(DataType.Float, [1, 1, Size, Size], image),
                ["w"] = HostTensor.From<float>(DataType.Float, [1, 1, 3, 3], kernel),
            });
            return Agree(outputs["product"].As<float>(), Product(image)) && Agree(outputs["convolved"].As<float>(), Convolved(image, kernel))
                ? null
                : "its self-test gave wrong numbers";
        }
        catch (DiagnosticException failure)
        {
            // That of ONNX Runtime speaks of the device, ours of the user's model.
            return (
                failure.InnerException is OnnxRuntimeException reason && failure.Diagnostic.Code != TensorsCodes.DeviceDidNotStart
                    ? OrtErrors.Shorten(reason.Message)
                    : failure.Message
            ).TrimEnd('.');
        }
    }

    private static OnnxModel Model()
    {
        var builder = new GraphWriter();
        builder.Input("a", DataType.Float, Size, Size);
        builder.Input("x", DataType.Float, 1, 1, Size, Size);
        builder.Input("w", DataType.Float, 1, 1, 3, 3);
        builder.NodeTo("product", "MatMul", ["a", "a"]);
        builder.NodeTo("convolved", "Conv", ["x", "w"]);
        builder.Output("product", DataType.Float, Size, Size);
        builder.Output("convolved", DataType.Float, 1, 1, Size - 2, Size - 2);
        return builder.Build();
    }

    private static float[] Product(float[] a)
    {
        var result = new float[Size * Size];
        for (var i = 0; i < result.Length; i++)
        {
            for (var k = 0; k < Size; k++)
            {
                result[i] += a[(i / Size * Size) + k] * a[(k * Size) + (i % Size)];
            }
        }

        return result;
    }

    private static float[] Convolved(float[] x, float[] w)
    {
        const int Out = Size - 2;
        var result = new float[Out * Out];
        for (var i = 0; i < result.Length; i++)
        {
            for (var tap = 0; tap < 9; tap++)
            {
                result[i] += w[tap] * x[((i / Out) + (tap / 3)) * Size + (i % Out) + (tap % 3)];
            }
        }

        return result;
    }

    private static bool Agree(ReadOnlySpan<float> found, float[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(MathF.Abs(found[i] - expected[i]) <= Tolerance * (1 + MathF.Abs(expected[i]))))
            {
                return false;
            }
        }

        return found.Length == expected.Length;
    }
}
