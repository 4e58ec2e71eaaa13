using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>An ONNX Runtime tensor over a managed array that stays where it is until disposal: no copy in either direction.</summary>
internal sealed class PinnedTensor : IDisposable
{
    private GCHandle _handle;

    public PinnedTensor(Array elements, TensorElementType type, long[] shape)
        : this(elements, type, shape, 0, Buffer.ByteLength(elements))
    {
    }

    /// <summary>A tensor over a part of <paramref name="elements"/>.</summary>
    public PinnedTensor(Array elements, TensorElementType type, long[] shape, long firstByte, long bytes)
    {
        _handle = GCHandle.Alloc(elements, GCHandleType.Pinned);
        try
        {
            Value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, _handle.AddrOfPinnedObject() + (nint)firstByte, bytes);
        }
        catch
        {
            _handle.Free();
            throw;
        }
    }

    public OrtValue Value { get; }

    public void Dispose()
    {
        Value.Dispose();
        _handle.Free();
    }
}
