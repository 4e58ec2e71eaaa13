using System.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Execution;

/// <summary>How fast a device multiplies matrices in float32, copies to it and back included.</summary>
internal static class SpeedTest
{
    // Enough products in a row that the copies do not decide.
    private const int Products = 8;
    private const int Smallest = 128;
    private const int Largest = 2048;
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(20);

    /// <summary>Multiply-adds counted as two operations, in units of 10⁹ a second. Larger matrices are taken until a run lasts.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The device does not start or run (MOC5012, MOC23xx).</exception>
    public static double Measure(Device device)
    {
        using var engine = new Engine(device);
        using var session = engine.CreateSession(Model());
        var speed = 0.0;
        for (var size = Smallest; size <= Largest; size *= 2)
        {
            var matrix = new float[size * size];
            Array.Fill(matrix, 1f / size);
            var value = HostTensor.From<float>(DataType.Float, [size, size], matrix);
            var inputs = new Dictionary<string, HostTensor> { ["x"] = value, ["w"] = value };
            // The first run of a size compiles kernels.
            session.Run(inputs);
            var clock = Stopwatch.StartNew();
            session.Run(inputs);
            var elapsed = clock.Elapsed;
            speed = 2.0 * Products * size * size * size / elapsed.TotalSeconds / 1e9;
            if (elapsed >= LongEnough)
            {
                break;
            }
        }

        return speed;
    }

    private static OnnxModel Model()
    {
        var builder = new GraphWriter();
        builder.Input("x", DataType.Float, -1, -1);
        builder.Input("w", DataType.Float, -1, -1);
        var x = "x";
        for (var product = 1; product < Products; product++)
        {
            x = builder.Node("MatMul", [x, "w"]);
        }

        builder.NodeTo("y", "MatMul", [x, "w"]);
        builder.Output("y", DataType.Float, -1, -1);
        return builder.Build();
    }
}
