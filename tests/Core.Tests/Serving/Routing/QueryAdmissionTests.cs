using Progeny.Core.Serving.Routing;

namespace Progeny.Core.Tests.Serving.Routing;

public sealed class QueryAdmissionTests
{
    [Fact]
    public void Not_more_queries_enter_than_may_be_under_way()
    {
        var admission = new QueryAdmission(2);
        admission.TryEnter().ShouldBeTrue();
        admission.TryEnter().ShouldBeTrue();
        admission.IsFull.ShouldBeTrue();
        admission.TryEnter().ShouldBeFalse();

        admission.Leave();
        admission.TryEnter().ShouldBeTrue();
        admission.Limit(3);
        admission.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void Closed_one_lets_nobody_in_and_drains_when_the_last_has_left()
    {
        var admission = new QueryAdmission(2);
        admission.TryEnter().ShouldBeTrue();
        admission.Close();
        admission.TryEnter().ShouldBeFalse();
        admission.Drained.IsCompleted.ShouldBeFalse();

        admission.Leave();
        admission.Drained.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task None_is_under_way_once_it_is_drained_whoever_enters_meanwhile()
    {
        for (var round = 0; round < 200; round++)
        {
            var admission = new QueryAdmission(100);
            using var begin = new Barrier(4);
            var under = 0;
            var asking = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                begin.SignalAndWait();
                while (admission.TryEnter())
                {
                    Interlocked.Increment(ref under);
                    Interlocked.Decrement(ref under);
                    admission.Leave();
                }
            })).ToArray();
            begin.SignalAndWait();
            admission.Close();
            await admission.Drained.WaitAsync(TimeSpan.FromSeconds(20));
            Volatile.Read(ref under).ShouldBe(0);
            await Task.WhenAll(asking);
        }
    }
}
