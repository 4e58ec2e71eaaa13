using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization.NBits;

/// <summary>Writes layers as MatMulNBits, which reads codes in blocks along K with a scale for each, and shows that the runtime computes with them.</summary>
internal static class NBitsModel
{
    // In float32 (accuracy_level 1): √(Σ(ŷ − y)²/Σy²), sums in another order through many layers. Codes in a wrong place are off by about 1.
    private const double MostDifferent = 1e-3;
    private const int Exact = 1;

    /// <summary>
    /// Writes <paramref name="weights"/> that have blocks, loads the model, and compares its outputs in float32 with those of the same weights as plain
    /// numbers.
    /// </summary>
    /// <param name="context">The step's.</param>
    /// <param name="weights">Rounded weights.</param>
    /// <param name="left">Why those without blocks have none.</param>
    /// <param name="accuracy">The <c>accuracy_level</c> of the nodes.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">No layer can be written so (MOC2101).</exception>
    public static KernelModel Build(
        StepContext context,
        IReadOnlyList<RoundedWeight> weights,
        IReadOnlyDictionary<string, string> left,
        int accuracy,
        SourcePosition? position)
    {
        var undone = new Dictionary<string, string>(StringComparer.Ordinal);
        while (weights.Any(IsTaken))
        {
            var plain = RoundedWeight.Apply(context.Model, [.. weights.Where(IsTaken)]);
            List<RoundedTensor> taken = [.. weights.Where(IsTaken).Select(weight => weight.Tensor)];
            var (exact, codes, bytes) = Write(plain, taken, Exact);
            var readers = LoadedGraph.Readers(exact, codes.Values.ToHashSet(StringComparer.Ordinal));
            List<string> failed = [.. codes.Where(code => readers.GetValueOrDefault(code.Value) != NBitsForm.Operator).Select(code => code.Key)];
            failed.ForEach(name => undone[name] = $"ONNX Runtime {LoadedGraph.RuntimeVersion} has no {NBitsForm.Operator} for it");
            if (failed.Count == 0 && !(Difference(context, plain, exact) <= MostDifferent))
            {
                failed = [.. codes.Keys];
                failed.ForEach(name => undone[name] =
                    $"in ONNX Runtime {LoadedGraph.RuntimeVersion} the outputs are not those of the same weights as plain numbers");
            }

            if (failed.Count == 0)
            {
                var model = accuracy == Exact ? exact : Write(plain, taken, accuracy).Model;
                return new KernelModel($"{NBitsForm.Operator} in blocks of {taken[0].Block}", model, bytes, left) { Undone = undone };
            }
        }

        throw new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"no layer can be {NBitsForm.Operator}: "
                + $"{string.Join("; ", left.Concat(undone).CountBy(reason => reason.Value).Select(reason => $"{reason.Value} × {reason.Key}"))}. "
                + "Write 'form: stored', which needs no kernels.",
            position);

        bool IsTaken(RoundedWeight weight) => weight.Obstacle is null && weight.Tensor.Block is not null && !undone.ContainsKey(weight.Tensor.Name);
    }

    /// <summary>Codes as the operator reads them: for each output and block the codes from 0 up, those of the lower bits first.</summary>
    /// <returns>N × blocks × bytes of a block; what a last block lacks is 0.</returns>
    public static byte[] Pack(RoundedTensor tensor)
    {
        var (axis, bits) = (tensor.Axis, tensor.Format.Bits);
        var blocks = new ScaleBlocks(axis.Width, tensor.Block);
        var zero = 1 << (bits - 1);
        var perByte = 8 / bits;
        var row = blocks.Count * blocks.Width / perByte;
        var packed = new byte[axis.Count * row];
        // The code of zero everywhere, also behind the last weight.
        Array.Fill(packed, (byte)(bits == 8 ? zero : zero | (zero << 4)));
        for (var i = 0; i < tensor.Codes.Length; i++)
        {
            var (channel, column) = axis.Place(i);
            ref var place = ref packed[(channel * row) + (column / perByte)];
            var shift = column % perByte * bits;
            var mask = ((1 << bits) - 1) << shift;
            place = (byte)((place & ~mask) | ((tensor.Codes[i] + zero) << shift));
        }

        return packed;
    }

    // The model, the constant with the codes of each weight, and bytes in the file of codes and scales.
    private static (OnnxModel Model, Dictionary<string, string> Codes, Dictionary<string, long> Bytes) Write(
        OnnxModel plain, IReadOnlyList<RoundedTensor> tensors, int accuracy)
    {
        var (codes, bytes) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal));
        var layers = LayerFinder.Find(plain).ToLookup(layer => layer.Weight, StringComparer.Ordinal);
        var rewrite = new Rewrite(plain);
        foreach (var tensor in tensors)
        {
            var layer = layers[tensor.Name].First();
            var own = rewrite.Own(layer.Node);
            var write = rewrite.Writer(layer);
            var blocks = new ScaleBlocks(layer.InputChannels, tensor.Block);
            var packed = write.Raw<byte>(
                "_codes", DataType.Uint8, Pack(tensor), layer.OutputChannels, blocks.Count, blocks.Width * tensor.Format.Bits / 8);
            var scales = write.Raw<float>("_scales", DataType.Float, tensor.Scales, tensor.Scales.Length);
            var bias = layer.Kind == LayerKind.Gemm ? own.InputAt(2) : null;
            var product = bias is null ? own.Output[0] : write.Named("_product");
            write.NodeTo(
                product,
                NBitsForm.Operator,
                [own.Input[0], packed, scales],
                GraphWriter.Attribute("K", (long)layer.InputChannels),
                GraphWriter.Attribute("N", (long)layer.OutputChannels),
                GraphWriter.Attribute("accuracy_level", (long)accuracy),
                GraphWriter.Attribute("bits", (long)tensor.Format.Bits),
                GraphWriter.Attribute("block_size", (long)blocks.Width));
            (write.NewNodes[0].Domain, write.NewNodes[0].Name) = (NBitsForm.Domain, own.Name);
            if (bias is not null)
            {
                write.NodeTo(own.Output[0], "Add", [product, bias]);
                // The name that it would have may be the layer's.
                write.NewNodes[1].ClearName();
            }

            codes.Add(tensor.Name, packed);
            bytes.Add(tensor.Name, write.NewConstants.Sum(ModelSize.Framed));
            rewrite.Replace([own], write);
        }

        var imports = rewrite.Model.Proto.OpsetImport;
        if (imports.All(import => import.Domain != NBitsForm.Domain))
        {
            imports.Add(new OperatorSetIdProto { Domain = NBitsForm.Domain, Version = NBitsForm.Version });
        }

        return (rewrite.Finish(), codes, bytes);
    }

    // Of the outputs for the first calibration samples; 0 where there are none, or where the model itself does not repeat them.
    private static double Difference(StepContext context, OnnxModel plain, OnnxModel written)
    {
        if (context.Calibration?.Read().FirstOrDefault() is not { } batch)
        {
            return 0;
        }

        var expected = LoadTimeProof.Outputs(context, plain, batch);
        var difference = Relative(expected, LoadTimeProof.Outputs(context, written, batch));
        return difference > MostDifferent && Relative(expected, LoadTimeProof.Outputs(context, plain, batch)) > MostDifferent ? 0 : difference;
    }

    private static double Relative(IReadOnlyDictionary<string, HostTensor> expected, IReadOnlyDictionary<string, HostTensor> found)
    {
        var (error, energy) = (0.0, 0.0);
        foreach (var (name, tensor) in expected.Where(output => ElementTypes.IsFloat((int)output.Value.Type)))
        {
            var (a, b) = (tensor.Doubles(), found[name].Doubles());
            for (var i = 0; i < a.Length; i++)
            {
                // Infinities and NaN are equal, or the difference is none that can be compared.
                error += a[i].Equals(b[i]) ? 0 : (a[i] - b[i]) * (a[i] - b[i]);
                energy += double.IsFinite(a[i]) ? a[i] * a[i] : 0;
            }
        }

        return energy > 0 ? Math.Sqrt(error / energy) : error;
    }
}
