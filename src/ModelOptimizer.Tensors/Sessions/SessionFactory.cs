using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Sessions;

/// <summary>Makes ONNX Runtime sessions.</summary>
internal static class SessionFactory
{
    // Protobuf cannot write a longer message into one buffer.
    private const long LargestMessage = 2_000_000_000;

    // Longer than what lies between two products of one factorisation; by default it is some 30 ms.
    private const string ShortWaitMicroseconds = "300";

    public static InferenceSession Create(DeviceKind device, int index, OnnxModel model, SessionKind kind)
    {
        _ = OrtEnvironment.Instance;
        using var call = NativeCalls.Begin(NativeWork.Load, model.Path, model.SizeInBytes, device.Name != DeviceCatalogue.Cpu);
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = kind == SessionKind.AsWritten ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        switch (kind)
        {
            case SessionKind.OneThread:
                options.IntraOpNumThreads = 1;
                break;
            case SessionKind.ShortWait:
                options.AddSessionConfigEntry("session.intra_op.spin_duration_us", ShortWaitMicroseconds);
                break;
            case SessionKind.Timed:
                options.AddSessionConfigEntry("session.force_spinning_stop", "1");
                break;
            case SessionKind.Returning:
                options.DisablePerSessionThreads();
                options.EnableCpuMemArena = false;
                break;
            default:
                options.DisablePerSessionThreads();
                break;
        }

        device.Prepare(options, model);
        Append(device, index, options);
        if (device.Name != DeviceCatalogue.Cpu)
        {
            options.AddSessionConfigEntry(PlacementReader.Option, "1");
        }

        return Open(model, options);
    }

    /// <summary>A session with <paramref name="options"/>, to which the user's operators are added.</summary>
    /// <exception cref="DiagnosticException">ONNX Runtime refuses the model (MOC2301), or a library of operators (MOC2310).</exception>
    public static InferenceSession Open(OnnxModel model, SessionOptions options)
    {
        CustomOperators.Register(options);
        try
        {
            WorkingMemory.Expect(model.SizeInBytes);
            return model.SizeInBytes > LargestMessage ? FromFile(model, options) : new InferenceSession(model.Proto.ToByteArray(), options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw OrtErrors.ModelRefused(failure, model.Path, CustomOperators.MissingDomain(model));
        }
    }

    private static void Append(DeviceKind device, int index, SessionOptions options)
    {
        try
        {
            device.Append(options, index);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or DllNotFoundException)
        {
            var reason = OrtErrors.MissingLibrary(failure.Message) is { } library ? device.Lacks(library) : OrtErrors.Shorten(failure.Message);
            throw new DiagnosticException(TensorsCodes.DeviceDidNotStart, reason, inner: failure);
        }
    }

    private static InferenceSession FromFile(OnnxModel model, SessionOptions options)
    {
        var folder = TemporaryFiles.NewFolder();
        try
        {
            var file = Path.Combine(folder.FullName, "model.onnx");
            model.Save(file, externalData: true);
            return new InferenceSession(file, options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>How ONNX Runtime treats a graph.</summary>
internal enum SessionKind
{
    /// <summary>Every optimisation: how users run their models.</summary>
    Optimised,

    /// <summary>As written, so that every tensor of the graph exists.</summary>
    AsWritten,

    /// <summary>Every optimisation, and no other thread than the caller's: for callers that share the work among threads of their own.</summary>
    OneThread,

    /// <summary>Every optimisation, and threads of its own that soon sleep after a run: for products between which other threads work.</summary>
    ShortWait,

    /// <summary>
    /// Every optimisation, and threads of its own that wait awake during a run, as an application's do, but not between two: another session is timed then.
    /// </summary>
    Timed,

    /// <summary>Every optimisation, and memory that goes back after each run: of many sessions, each would keep as much as its largest run took.</summary>
    Returning,
}
