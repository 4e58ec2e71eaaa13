using System.Runtime.InteropServices;
using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Commands;
using ModelOptimizer.Tool.Output;

var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
Console.OutputEncoding = utf8;
using var cancel = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
try
{
    var terminal = Terminal.OfProcess();
    // Whatever a library prints must not get between results, and the build task reads this stream as JSON.
    Console.SetOut(Console.Error);
    return await new Application(terminal, CompressionRunner.Run, MethodCatalogue.All).Invoke(args, cancel.Token);
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // The current folder is gone, or nobody takes what is printed.
    new VisibleWriter(Console.Error, mayFail: true).WriteLine(Failure.Of(exception).ToString());
    return ExitCode.Environment;
}

// The second signal ends the process: somebody means it.
void Cancel(PosixSignalContext context)
{
    context.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
}
