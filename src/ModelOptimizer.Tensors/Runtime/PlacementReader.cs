using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>What of a model does not run on the device, as ONNX Runtime divides it when it loads the model.</summary>
/// <param name="OnCpu">Nodes that the device's provider left to the CPU's, after basic simplification.</param>
/// <param name="Operators">Their operators, in ordinal order.</param>
internal sealed record NodePlacement(int OnCpu, IReadOnlyList<string> Operators);

/// <summary>
/// Asks a session which nodes went to the CPU's provider. ONNX Runtime's C interface can say it; its C# interface has the entry points and no method for them.
/// Nodes of providers that change the layout, such as WebGPU, are not all listed (1.29), those of the CPU are.
/// </summary>
internal static unsafe class PlacementReader
{
    /// <summary>The option without which a session does not remember it.</summary>
    public const string Option = "session.record_ep_graph_assignment_info";

    private const string CpuProvider = "CPUExecutionProvider";

    /// <exception cref="OnnxRuntimeException">The session was made without <see cref="Option"/>.</exception>
    public static NodePlacement Read(InferenceSession session)
    {
        ref var api = ref Api(null);
        nint* parts;
        nuint count;
        Check(((delegate* unmanaged<nint, nint**, nuint*, nint>)api.Session_GetEpGraphAssignmentInfo)(Handle(session), &parts, &count));
        var onCpu = new List<string>();
        for (nuint i = 0; i < count; i++)
        {
            if (Text((delegate* unmanaged<nint, nint*, nint>)api.EpAssignedSubgraph_GetEpName, parts[i]) == CpuProvider)
            {
                onCpu.AddRange(Operators(api, parts[i]));
            }
        }

        return new NodePlacement(onCpu.Count, [.. onCpu.Distinct().Order(StringComparer.Ordinal)]);
    }

    private static List<string> Operators(in OrtApi api, nint part)
    {
        nint* nodes;
        nuint count;
        Check(((delegate* unmanaged<nint, nint**, nuint*, nint>)api.EpAssignedSubgraph_GetNodes)(part, &nodes, &count));
        var read = (delegate* unmanaged<nint, nint*, nint>)api.EpAssignedNode_GetOperatorType;
        var result = new List<string>();
        for (nuint i = 0; i < count; i++)
        {
            result.Add(Text(read, nodes[i]));
        }

        return result;
    }

    private static string Text(delegate* unmanaged<nint, nint*, nint> read, nint item)
    {
        nint text;
        Check(read(item, &text));
        return Marshal.PtrToStringUTF8(text) ?? "";
    }

    private static void Check(nint status) => VerifySuccess(null, status);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nativeHandle")]
    private static extern ref nint Handle(InferenceSession session);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "api_")]
    private static extern ref OrtApi Api([UnsafeAccessorType("Microsoft.ML.OnnxRuntime.NativeMethods, Microsoft.ML.OnnxRuntime")] object? type);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "VerifySuccess")]
    private static extern void VerifySuccess(
        [UnsafeAccessorType("Microsoft.ML.OnnxRuntime.NativeApiStatus, Microsoft.ML.OnnxRuntime")] object? type,
        nint status
    );
}
