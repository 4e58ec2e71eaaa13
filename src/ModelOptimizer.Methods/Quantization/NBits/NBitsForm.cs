using ModelOptimizer.Tensors.Devices;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization.NBits;

/// <summary>How MatMulNBits nodes are to be.</summary>
/// <param name="Size">Weights of a block, along K.</param>
/// <param name="Accuracy">The node's <c>accuracy_level</c>: 1 for float32, 4 for activations of 8 bits.</param>
internal sealed record NBitsKernel(int Size, int Accuracy);

/// <summary>Which layers of a model become MatMulNBits (ONNX Runtime's domain com.microsoft, version 1).</summary>
internal sealed class NBitsForm
{
    /// <summary>The operator.</summary>
    public const string Operator = "MatMulNBits";

    /// <summary>Its domain.</summary>
    public const string Domain = "com.microsoft";

    /// <summary>The domain's version.</summary>
    public const int Version = 1;

    // Below it padding and scales cost more than the codes save.
    private const int Least = 16;

    private readonly StepContext _context;
    private readonly NBitsKernel _kernel;
    private readonly SourcePosition? _position;
    private readonly ILookup<string, WeightLayer> _layers;
    private readonly TensorUses _uses;

    private NBitsForm(StepContext context, NBitsKernel kernel, SourcePosition? position)
    {
        (_context, _kernel, _position) = (context, kernel, position);
        _layers = LayerFinder.Find(context.Model).ToLookup(layer => layer.Weight, StringComparer.Ordinal);
        _uses = new TensorUses(context.Model.Proto);
    }

    /// <summary>The form for a model.</summary>
    /// <exception cref="DiagnosticException">The device is no processor, or the model has another version of the operator's domain (MOC2112).</exception>
    public static NBitsForm Of(StepContext context, NBitsKernel kernel, SourcePosition? position)
    {
        if (context.Engine.Device.Kind != DeviceCatalogue.Cpu)
        {
            throw new DiagnosticException(
                MethodCodes.NoKernels,
                $"'form: nbits' is proven with ONNX Runtime's kernels for processors, and this run's device is {context.Engine.Device.Kind}. "
                    + "Write 'device: cpu' where the application runs on one, or 'form: stored'.",
                position);
        }

        return context.Model.Proto.OpsetImport.FirstOrDefault(import => import.Domain == Domain && import.Version != Version) is { } other
            ? throw new DiagnosticException(
                MethodCodes.NoKernels,
                $"the model imports version {other.Version} of the domain {Domain}, and {Operator} is of version {Version}. Write 'form: stored'.",
                position)
            : new NBitsForm(context, kernel, position);
    }

    /// <summary>Whether the operator has codes of a format.</summary>
    public static bool Takes(WeightFormat? format) => format is { HasCodes: true, Bits: 4 or 8 };

    /// <summary>How many weights of a channel have one scale; null for a weight that is stored.</summary>
    public int? Block(WeightTarget target, WeightFormat format) => Obstacle(target, format) is null ? _kernel.Size : null;

    /// <inheritdoc cref="NBitsModel.Build"/>
    public KernelModel Build(IReadOnlyList<RoundedWeight> weights)
    {
        var left = weights.Where(weight => weight.Obstacle is null && weight.Tensor.Block is null)
            .ToDictionary(weight => weight.Tensor.Name, weight => Obstacle(weight.Target, weight.Tensor.Format)!, StringComparer.Ordinal);
        return NBitsModel.Build(_context, weights, left, _kernel.Accuracy, _position);
    }

    // Why a weight is stored.
    private string? Obstacle(WeightTarget target, WeightFormat format) => _layers[target.Layer.Weight].FirstOrDefault() switch
    {
        _ when !Takes(format) => $"{Operator} takes 4 or 8 bits",
        not { Kind: LayerKind.Gemm or LayerKind.MatMul } => $"its layer is no product that {Operator} has",
        { Obstacle: { } obstacle } => obstacle,
        var layer when layer.ElementType != (int)DataType.Float => $"it computes in {ElementTypes.Name(layer.ElementType)}",
        var layer when _uses.Of(layer.Weight) != 1 => "its weight has several readers",
        var layer when layer.WeightShape.Length != 2 || layer.Node.InputAt(1) != layer.Weight => "its weight is no matrix on the right",
        { TransA: true } => "its input is transposed",
        { Alpha: not 1 } => "its product has a factor",
        { Kind: LayerKind.Gemm, Bias: not null, Beta: not 1 } => "its bias has a factor",
        { InputChannels: < Least } or { OutputChannels: < Least } => $"it has fewer than {Least} inputs or outputs",
        var layer when Padded(layer.InputChannels) * (format.Bits + (32.0 / _kernel.Size)) >= 32 * layer.InputChannels => "its blocks would not be smaller",
        _ => null,
    };

    private int Padded(int inputs) => (inputs + _kernel.Size - 1) / _kernel.Size * _kernel.Size;
}
