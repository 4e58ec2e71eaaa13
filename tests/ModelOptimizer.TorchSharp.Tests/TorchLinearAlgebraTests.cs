using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Tests.LinearAlgebra;

namespace ModelOptimizer.TorchSharp.Tests;

public sealed class TorchLinearAlgebraTests(BackendFixture fixture) : LinearAlgebraTests, IClassFixture<BackendFixture>
{
    internal override ILinearAlgebra Algebra => fixture.Engine.LinearAlgebra;
}
