namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// A model with packed weights of which it is known that ONNX Runtime unpacks them while it loads the model, to the numbers that they were rounded to.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Bytes">What each packed weight takes in the file, by tensor.</param>
/// <param name="Undone">Why a weight is plain again, by tensor.</param>
internal sealed record ProvenModel(OnnxModel Model, IReadOnlyDictionary<string, long> Bytes, IReadOnlyDictionary<string, string> Undone)
{
    /// <summary>Packs <paramref name="weights"/> into a clone of the context's model, loads it and leaves out what is not unpacked as it should be.</summary>
    public static ProvenModel Build(StepContext context, IReadOnlyList<RoundedWeight> weights)
    {
        var undone = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            List<RoundedWeight> taken = [.. weights.Where(weight => !undone.ContainsKey(weight.Tensor.Name))];
            var (packed, bytes) = StoredWeights.Pack(context.Model, [.. taken.Select(weight => weight.Tensor)]);
            taken.RemoveAll(weight => !bytes.ContainsKey(weight.Tensor.Name));
            taken.ForEach(weight => weight.Bias?.Apply(packed));
            var tensors = taken.ToDictionary(weight => weight.Tensor.Name, weight => weight.Tensor, StringComparer.Ordinal);
            var failures = LoadTimeProof.Failures(
                context,
                packed,
                tensors.ToDictionary(tensor => tensor.Key, tensor => (long)tensor.Value.Count, StringComparer.Ordinal),
                name => tensors[name].Plain().RawData.Memory);
            if (failures.Count == 0)
            {
                return new ProvenModel(packed, bytes, undone);
            }

            foreach (var (name, reason) in failures)
            {
                undone[name] = reason;
            }
        }
    }
}
