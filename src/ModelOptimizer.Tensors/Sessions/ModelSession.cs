using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Sessions;

/// <summary>A model ready to run. Disposed of with those who made it at the latest.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly DeviceSessions _owner;
    private readonly string _deviceKind;
    private readonly string? _file;
    private readonly long _bytes;
    private readonly RunOptions _runOptions = new();
    private readonly List<IDisposable> _prepared = [];
    private bool _disposed;

    internal ModelSession(DeviceSessions owner, string deviceKind, InferenceSession session, OnnxModel model)
    {
        _owner = owner;
        _deviceKind = deviceKind;
        _file = model.Path;
        _bytes = model.SizeInBytes;
        Native = session;
        Samples = model.Samples;
        Inputs = [.. session.InputNames.Select(name => Input(Describe(name, session.InputMetadata)))];
        Outputs = [.. session.OutputNames.Select(name => Describe(name, session.OutputMetadata))];
    }

    /// <summary>What must be fed, in the model's order (initializers that are also inputs are not listed).</summary>
    public IReadOnlyList<ModelTensor> Inputs { get; }

    /// <summary>What one sample is like where the inputs leave that open.</summary>
    public SampleForm Samples { get; }

    /// <summary>What comes out, in the model's order.</summary>
    public IReadOnlyList<ModelTensor> Outputs { get; }

    /// <summary>Which nodes run on the device; null on the CPU, where all do.</summary>
    public NodePlacement? Placement => _deviceKind == DeviceCatalogue.Cpu ? null : PlacementReader.Read(Native);

    internal InferenceSession Native { get; }

    /// <summary>Runs once.</summary>
    /// <param name="inputs">Every input by name.</param>
    /// <param name="outputs">The outputs wanted; null for all.</param>
    /// <exception cref="DiagnosticException">An input is missing or unknown, an input or output is no numeric tensor, or ONNX Runtime fails
    /// (MOC23xx).</exception>
    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs, IReadOnlyCollection<string>? outputs = null)
    {
        var wanted = outputs ?? [.. Outputs.Select(output => output.Name)];
        foreach (var name in wanted)
        {
            RequireOutput(name);
        }

        var result = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        using var values = RunNative(inputs, wanted);
        foreach (var (name, value) in wanted.Zip(values))
        {
            result.Add(name, ToHost(value));
        }

        return result;
    }

    /// <summary>Says what a run would say of an output that is not there or cannot be read.</summary>
    /// <exception cref="DiagnosticException">The model has no such output (MOC2304), or it is no numeric tensor (MOC2303).</exception>
    public void RequireOutput(string name) => RequireNumeric(Outputs.FirstOrDefault(output => output.Name == name), name, "output");

    /// <summary>
    /// Pins <paramref name="inputs"/> and returns an action that runs the model on them once, with no copy in and no copy out: what a latency measurement
    /// times.
    /// </summary>
    /// <exception cref="DiagnosticException">As in <see cref="Run"/>; the action throws it too.</exception>
    public Action Prepare(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        RequireInputs(inputs);
        var binding = Native.CreateIoBinding();
        _prepared.Add(binding);
        foreach (var (name, tensor) in inputs)
        {
            var pinned = Pin(tensor);
            _prepared.Add(pinned);
            binding.BindInput(name, pinned.Value);
        }

        foreach (var output in Outputs)
        {
            binding.BindOutputToDevice(output.Name, OrtMemoryInfo.DefaultInstance);
        }

        var bytes = inputs.Values.Sum(tensor => (long)tensor.Bytes.Length);
        return () => Run(binding, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _owner.Forget(this);
        _disposed = true;
        foreach (var item in Enumerable.Reverse(_prepared))
        {
            item.Dispose();
        }

        _runOptions.Dispose();
        Native.Dispose();
    }

    /// <summary>Ends what runs, and every later run. Called while the session is among its owner's, so not disposed of.</summary>
    internal void Stop() => _runOptions.Terminate = true;

    /// <summary>Runs and leaves the outputs where ONNX Runtime made them.</summary>
    internal IDisposableReadOnlyCollection<OrtValue> RunNative(IReadOnlyDictionary<string, HostTensor> inputs, IReadOnlyCollection<string> outputs)
    {
        RequireInputs(inputs);
        var pinned = new List<PinnedTensor>(inputs.Count);
        using var call = Begin(inputs.Values.Sum(tensor => (long)tensor.Bytes.Length));
        try
        {
            pinned.AddRange(inputs.Values.Select(Pin));
            return Native.Run(_runOptions, [.. inputs.Keys], [.. pinned.Select(tensor => tensor.Value)], outputs);
        }
        catch (OnnxRuntimeException failure)
        {
            throw Failed(failure);
        }
        finally
        {
            pinned.ForEach(tensor => tensor.Dispose());
        }
    }

    /// <summary>Runs on values that are already ONNX Runtime's, <paramref name="bytes"/> of them, into values that are already there.</summary>
    internal void RunNative(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputs,
        long bytes = 0
    )
    {
        using var call = Begin(bytes);
        try
        {
            Native.Run(_runOptions, inputNames, inputs, outputNames, outputs);
        }
        catch (OnnxRuntimeException failure)
        {
            throw Failed(failure);
        }
    }

    /// <summary>Runs on values that are bound already, <paramref name="bytes"/> of them.</summary>
    internal void Run(OrtIoBinding binding, long bytes)
    {
        using var call = Begin(bytes);
        try
        {
            Native.RunWithBinding(_runOptions, binding);
        }
        catch (OnnxRuntimeException failure)
        {
            throw Failed(failure);
        }
    }

    private NativeCalls.Noted Begin(long given) =>
        NativeCalls.Begin(NativeWork.Run, _file, _bytes + given, _deviceKind != DeviceCatalogue.Cpu);

    private Exception Failed(OnnxRuntimeException failure) =>
        _runOptions.Terminate ? new OperationCanceledException("The run was ended.", failure) : OrtErrors.RunFailed(failure, _file);

    private static PinnedTensor Pin(HostTensor tensor) => new(tensor.Bytes, (TensorElementType)tensor.Type, tensor.Shape);

    private static HostTensor ToHost(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return new HostTensor((TensorProto.Types.DataType)info.ElementDataType, info.Shape, value.GetTensorMutableRawData().ToArray());
    }

    private static ModelTensor Describe(string name, IReadOnlyDictionary<string, NodeMetadata> metadata)
    {
        var node = metadata[name];
        return node.IsTensor
            ? new ModelTensor(name, (TensorProto.Types.DataType)node.ElementDataType, [.. node.Dimensions.Select(extent => (long)extent)])
            : new ModelTensor(name, TensorProto.Types.DataType.Undefined, []);
    }

    private ModelTensor Input(ModelTensor input) => Samples.IsOneByOne && input.Shape is [< 0, ..] ? input with { Shape = [1, .. input.Shape[1..]] } : input;

    private void RequireInputs(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        foreach (var expected in Inputs)
        {
            RequireNumeric(expected, expected.Name, "input");
            if (!inputs.ContainsKey(expected.Name))
            {
                throw new DiagnosticException(
                    TensorsCodes.WrongInputs,
                    $"The model's input '{expected.Name}' ({expected.Type}, "
                        + $"{string.Join('×', expected.Shape.Select(extent => extent < 0 ? "?" : $"{extent}"))}) got no data; data was given for "
                        + $"{Quote(inputs.Keys)}. Map an array to it in the dataset's 'inputs'.",
                    OrtErrors.Position(_file));
            }
        }

        var known = Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in inputs.Keys)
        {
            if (!known.Contains(name) && !Native.OverridableInitializerMetadata.ContainsKey(name))
            {
                throw new DiagnosticException(
                    TensorsCodes.WrongInputs,
                    $"The model has no input '{name}'; it has {Quote(Inputs.Select(input => input.Name))}. Correct the name in the dataset's 'inputs'.",
                    OrtErrors.Position(_file));
            }
        }
    }

    private void RequireNumeric(ModelTensor? tensor, string name, string role)
    {
        if (tensor is null)
        {
            throw new DiagnosticException(
                TensorsCodes.WrongInputs,
                $"The model has no {role} '{name}'; it has {Quote(Outputs.Select(output => output.Name))}. Correct the name in 'evaluate: {{ output: … }}'.",
                OrtErrors.Position(_file));
        }

        if (!tensor.IsNumericTensor)
        {
            var kind = tensor.Type == TensorProto.Types.DataType.String ? "a string tensor" : "a sequence, map or optional";
            var others = Outputs.Where(output => role == "output" && output.IsNumericTensor).Select(output => output.Name).ToList();
            throw new DiagnosticException(
                TensorsCodes.UnsupportedTensor,
                $"The model's {role} '{name}' is {kind}; only numeric tensors can be fed and read. "
                    + (others.Count > 0
                        ? $"Name another output: 'evaluate: {{ output: {others[0]} }}'; the model has {Quote(others)}."
                        : "Such a model cannot be calibrated or evaluated."),
                OrtErrors.Position(_file));
        }
    }

    private static string Quote(IEnumerable<string> names)
    {
        var text = string.Join(", ", names.Select(name => $"'{name}'"));
        return text.Length == 0 ? "none" : text;
    }
}
