// Compiled into every program: the seed of a run, and progress without a cost in the simulation loop.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace runner {

template <class Generators>
void seed(Generators& generators, unsigned long value) {
    for (size_t k = 0; k < generators.size(); k++) generators[k].seed(value + k);
}

// A second thread reads the time of the network now and then. Brian2's own `report` asks the process clock
// before every object of every step, which makes small networks several times slower.
class Progress {
    const volatile double* t;
    const double duration;
    bool done = false;
    std::mutex mutex;
    std::condition_variable ended;
    std::thread watcher;

    void watch() {
        const auto start = std::chrono::steady_clock::now();
        const auto parent = getppid();
        double next = 5;
        std::unique_lock<std::mutex> lock(mutex);
        while (!ended.wait_for(lock, std::chrono::seconds(2), [this] { return done; })) {
            if (getppid() != parent) std::_Exit(1);  // nobody waits for the results any more
            const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            if (passed < next) continue;
            next = passed + std::min(60.0, 0.5 * passed);
            const double part = *t / duration;
            std::printf("progress %.1f %.0f\n", 100 * part, part > 0 ? passed * (1 - part) / part : 0.0);
            std::fflush(stdout);
        }
    }

  public:
    Progress(const double* t, double duration) : t(t), duration(duration), watcher(&Progress::watch, this) {}
    ~Progress() {
        {
            std::lock_guard<std::mutex> lock(mutex);
            done = true;
        }
        ended.notify_all();
        watcher.join();
    }
};

}  // namespace runner
