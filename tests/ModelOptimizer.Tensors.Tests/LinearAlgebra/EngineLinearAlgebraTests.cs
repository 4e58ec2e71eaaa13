using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

public sealed class EngineLinearAlgebraTests(EngineFixture fixture) : LinearAlgebraTests, IClassFixture<EngineFixture>
{
    internal override ILinearAlgebra Algebra => fixture.Algebra;
}
