using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Results;

namespace ModelOptimizer.Pipeline.Tests.Results;

public class FailureTests
{
    [Fact]
    public void Files_and_memory_are_the_machines_and_the_rest_is_ours()
    {
        Of(new UnauthorizedAccessException("no")).ShouldBe(("MOC5121", ExitCode.Environment));
        Of(new IOException("no space")).ShouldBe(("MOC5121", ExitCode.Environment));
        Of(new InsufficientMemoryException()).ShouldBe(("MOC5123", ExitCode.Environment));
        Of(new AggregateException(new InsufficientMemoryException())).ShouldBe(("MOC5123", ExitCode.Environment));
        Of(new DiagnosticException("MOC2001", "no such file")).ShouldBe(("MOC2001", ExitCode.BadInput));
        Of(new InvalidOperationException("boom")).ShouldBe(("MOC9001", ExitCode.Internal));
    }

    private static (string, int) Of(Exception exception) => Failure.Of(exception) is var diagnostic ? (diagnostic.Code, ExitCode.Of([diagnostic])) : default;
}
